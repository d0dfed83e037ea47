/** The spectrum of the chosen pixel or region, what the map makes of it, and what is left. */
import { Chart, type Data, dots, line, symmetric, xAxis, yAxis } from "./chart.js";
import { stateColor } from "./colors.js";
import { byId, make, part, setText } from "./dom.js";
import { chemical, percent, plural, short } from "./format.js";
import type { RegionSpectrum } from "./generated/phasecast_pb.js";
import type { Box } from "./protocol.js";

export const placeOf = (box: Box): string =>
  box.width * box.height === 1 ? `Pixel ${box.x}, ${box.y}` : `Region ${box.x}, ${box.y} · ${box.width} × ${box.height}`;

export class SpectrumView {
  private readonly chart = new Chart(byId("spectrum"), 170);
  private readonly residuals = new Chart(byId("spectrum-residual"), 90);
  shown: RegionSpectrum | null = null;

  choose(box: Box | null): void {
    byId("spectrum-section").hidden = box === null;
    setText(byId("spectrum-title"), box ? placeOf(box) : "");
    this.shown = null;
    byId("composition").replaceChildren();
    this.explain(box ? "asking the pipeline for its spectrum …" : "");
    this.chart.clear();
    this.residuals.clear();
  }

  explain(text: string): void {
    setText(byId("spectrum-text"), text);
  }

  show(answer: RegionSpectrum): void {
    this.shown = answer;
    this.explain(notes(answer));
    this.compose(answer);
    const order = answer.energiesEv.map((_, index) => index).sort((a, b) => answer.energiesEv[a]! - answer.energiesEv[b]!);
    const sorted = (values: number[]): (number | null)[] => order.map((index) => values[index] ?? null);
    const carried = new Set(answer.energiesCarried);
    const isCarried = (index: number): boolean => carried.has(answer.energyIndices[index]!);
    const own = answer.absorbance.map((value, index) => (isCarried(index) ? NaN : value));
    const other = answer.absorbance.map((value, index) => (isCarried(index) ? value : NaN));
    const known = (values: (number | null)[]): (number | null)[] => values.map((value) => (Number.isNaN(value) ? null : value));
    const energies = sorted(answer.energiesEv);
    const data: Data = [energies, known(sorted(own)), known(sorted(other)), sorted(answer.background), sorted(answer.fit)];
    this.chart.show("spectrum", () => ({
      scales: { x: { time: false } },
      cursor: { sync: { key: "spectrum" } },
      axes: [xAxis("", { values: (_, splits) => splits.map(() => "") , size: 8 }), yAxis("absorbance")],
      series: [
        { label: "eV" },
        dots("measured", "#d7dae0", 4),
        dots("of the previous scan", "#6b7482", 4),
        line("background", "#6b7482", 1, { dash: [4, 4] }),
        line("fit", "#4cc38a", 1.5),
      ],
    }), data);
    const left = answer.fit.map((fit, index) => answer.absorbance[index]! - fit);
    this.residuals.show("residual", () => ({
      scales: { x: { time: false }, y: { range: (_, low, high) => symmetric(low, high) } },
      cursor: { sync: { key: "spectrum" } },
      axes: [xAxis("energy / eV", { size: 22 }), yAxis("residual", { space: 18 })],
      series: [{ label: "eV" }, line("residual", "#b48ead", 1)],
    }), [energies, sorted(left)]);
  }

  private compose(answer: RegionSpectrum): void {
    const parts = answer.states.map((name, state) =>
      part(`${chemical(name)} ${percent(answer.fraction[state])} ± ${percent(answer.uncertainty[state])}`, stateColor(state)));
    if (parts.length > 0) parts.push(make("span", "", `scale ${short(answer.scale)}`));
    byId("composition").replaceChildren(...parts);
  }
}

function notes(answer: RegionSpectrum): string {
  if (!answer.pixels) return "no valid pixel here: no element, or bad pixels";
  const carried = answer.energiesCarried.length;
  const notes = [`mean of ${plural(answer.pixels, "valid pixel")}; ${answer.energiesEv.length} energies, of the newest scan`];
  if (carried > 0) notes.push(`the ${carried} in gray of the scan before`);
  if (answer.mapNumber === undefined) notes.push("no map yet");
  return notes.join("; ");
}

export function spectrumCsv(answer: RegionSpectrum): string {
  const rows = answer.energiesEv.map((energy, index) =>
    [energy, answer.absorbance[index], answer.background[index], answer.fit[index]].map((value) => value ?? "").join(","));
  return ["energy_ev,absorbance,background,fit", ...rows, ""].join("\n");
}
