/** The reference spectra, and on them, live, the energies that are in the map. */
import { Chart, type Data, dots, line, rule, xAxis, yAxis } from "./chart.js";
import { stateColor } from "./colors.js";
import { byId, setText } from "./dom.js";
import { chemical } from "./format.js";
import type { References } from "./generated/phasecast_pb.js";

export class ReferencesView {
  private readonly chart = new Chart(byId("references"), 150);
  private references: References | null = null;
  private received: number[] = [];
  private newestEv: number | null = null;

  show(references: References): void {
    this.references = references;
    setText(byId("references-text"), "");
    this.draw();
  }

  explain(text: string): void {
    setText(byId("references-text"), text);
  }

  /** Places in the scan's energies, the newest last. */
  setReceived(indices: number[], planned: number): void {
    setText(byId("energies"), planned > 0 ? `${indices.length} of ${planned} energies` : "");
    if (indices.length === this.received.length && indices.at(-1) === this.received.at(-1)) return;
    this.received = indices;
    this.draw();
  }

  private draw(): void {
    const references = this.references;
    if (!references) return;
    const { energiesEv, states, absorbance } = references;
    const order = energiesEv.map((_, index) => index).sort((a, b) => energiesEv[a]! - energiesEv[b]!);
    const received = new Set(this.received);
    const spectrum = (state: number, index: number): number => absorbance[state * energiesEv.length + index]!;
    const data: Data = [order.map((index) => energiesEv[index]!)];
    states.forEach((_, state) => data.push(order.map((index) => spectrum(state, index))));
    states.forEach((_, state) => data.push(order.map((index) => (received.has(index) ? spectrum(state, index) : null))));
    const newest = this.received.at(-1);
    this.newestEv = newest === undefined || received.size === energiesEv.length ? null : energiesEv[newest] ?? null;
    this.chart.show(JSON.stringify(states), () => ({
      scales: { x: { time: false } },
      axes: [xAxis("energy / eV", { size: 22 }), yAxis("normalized")],
      series: [
        { label: "eV" },
        ...states.map((name, state) => line(chemical(name), `${stateColor(state)}99`, 1)),
        ...states.map((name, state) => dots(`${chemical(name)} received`, stateColor(state), 5)),
      ],
      hooks: { draw: [(u) => rule(u, this.newestEv, "#4cc38a")] },
    }), data);
  }
}
