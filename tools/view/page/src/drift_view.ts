/** How the image has moved and grown from energy to energy; a red line where a measurement was not applied. */
import type uPlot from "uplot";
import { Chart, type Data, line, rule, symmetric, xAxis, yAxis } from "./chart.js";
import { byId, part, setText } from "./dom.js";
import { plural, signed } from "./format.js";
import type { Drift, Status } from "./generated/phasecast_pb.js";

const xColor = "#6cb6ff", yColor = "#f0e442", sizeColor = "#b48ead", flaggedColor = "#ff6b6b";

export class DriftView {
  private readonly shifts = new Chart(byId("drift"), 110);
  private readonly sizes = new Chart(byId("magnification"), 90);
  private flagged: number[] = [];

  /** Without the scan's energies there is no telling where an index lies. */
  show(status: Status, energiesEv: number[] | null): void {
    const known = energiesEv ? status.drift.filter((each) => each.energyIndex! < energiesEv.length) : [];
    byId("drift-section").hidden = known.length === 0;
    if (!energiesEv || known.length === 0) return;
    const energyOf = (drift: Drift): number => energiesEv[drift.energyIndex!]!;
    const sorted = [...known].sort((a, b) => energyOf(a) - energyOf(b));
    this.flagged = sorted.filter((drift) => !drift.trusted).map(energyOf);
    this.compose(known);
    const trusted = (value: (drift: Drift) => number): (number | null)[] => sorted.map((drift) => (drift.trusted ? value(drift) : null));
    const energies = sorted.map(energyOf);
    this.draw(this.shifts, "shift / px", [["x", xColor], ["y", yColor]], [energies, trusted((each) => each.x!), trusted((each) => each.y!)]);
    this.draw(this.sizes, "size / ‰", [["magnification", sizeColor]], [energies, trusted((each) => 1000 * (each.magnification - 1))]);
  }

  private draw(chart: Chart, label: string, series: [string, string][], data: Data): void {
    chart.show(label, (): Omit<uPlot.Options, "width" | "height"> => ({
      scales: { x: { time: false }, y: { range: (_, low, high) => symmetric(low ?? 0, high ?? 0) } },
      cursor: { sync: { key: "drift" } },
      axes: [chart === this.sizes ? xAxis("energy / eV", { size: 22 }) : xAxis("", { values: (_, splits) => splits.map(() => ""), size: 8 }),
        yAxis(label, { space: 14 })],
      series: [{ label: "eV" }, ...series.map(([name, color]) => line(name, color, 1.5, { points: { show: true, size: 4, fill: color } }))],
      hooks: { draw: [(u) => this.flagged.forEach((ev) => rule(u, ev, flaggedColor))] },
    }), data);
  }

  private compose(drift: Drift[]): void {
    const newest = drift.filter((each) => each.trusted).at(-1);
    byId("drift-now").replaceChildren(...(newest ? [
      part(`x ${signed(newest.x!, 2)} px`, xColor), part(`y ${signed(newest.y!, 2)} px`, yColor),
      part(`size ${signed(1000 * (newest.magnification - 1), 2)} ‰`, sizeColor),
    ] : []));
    const flagged = this.flagged.length;
    setText(byId("drift-text"), flagged > 0 ? `${plural(flagged, "image")} of ${drift.length} flagged: not aligned` : "");
  }
}
