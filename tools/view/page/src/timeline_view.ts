/** Phase fractions of the sample or the region, against time or against the potential. A click shows that map. */
import type uPlot from "uplot";
import { Chart, type Data, dots, line, rule, xAxis, yAxis } from "./chart.js";
import { stateColor } from "./colors.js";
import { byId, setText } from "./dom.js";
import { chemical, clock, milliseconds, quoted } from "./format.js";
import type { PhaseMap } from "./protocol.js";
import type { KeptMap } from "./server.js";

export type Against = "time" | "potential";
export const potentialKey = "potential_V";

export interface TimelinePoint {
  kept: KeptMap;
  means: (number | null)[];
}

/** The live map as if the server kept it already. */
export function keptOf({ header }: PhaseMap, metadata: Record<string, string>): KeptMap {
  return {
    map_number: Number(header.mapNumber), run: -1, scan_id: header.scanId, scan_index: header.scanIndex ?? 0,
    final: header.final ?? false, received_utc_ns: String(header.receivedUtcNs), energies_used: header.energiesUsed.length,
    metadata, means: [], residual: null,
  };
}

/** Seconds only where minutes cannot tell the marks apart. */
const clockFor = (splits: number[]) => (ms: number): string =>
  (splits[1] ?? Infinity) - splits[0]! < 60 ? clock(ms) : clock(ms).slice(0, 5);

const potentialOf = (kept: KeptMap): number => Number(kept.metadata[potentialKey] ?? NaN);
const secondsOf = (kept: KeptMap): number => milliseconds(kept.received_utc_ns) / 1000;

export class TimelineView {
  private readonly chart = new Chart(byId("timeline"), 165);
  /** in the order of the chart's x */
  points: TimelinePoint[] = [];
  states: string[] = [];
  private marked: number | null = null;

  constructor(private readonly pick: (kept: KeptMap) => void) {}

  show(all: TimelinePoint[], states: string[], against: Against, shown: KeptMap | null): void {
    const xOf = against === "time" ? secondsOf : potentialOf;
    this.states = states;
    this.points = all.filter(({ kept }) => Number.isFinite(xOf(kept)));
    const inTime = this.points;
    if (against === "potential") this.points = [...inTime].sort((a, b) => xOf(a.kept) - xOf(b.kept));
    this.marked = shown && Number.isFinite(xOf(shown)) ? xOf(shown) : null;
    if (this.points.length === 0 && !byId("timeline-text").textContent)
      this.explain(against === "time" ? "fractions appear with the first map" : `no scan states "${potentialKey}" in its metadata`);
    if (this.points.length === 0) return this.chart.clear();
    const data: Data = [this.points.map(({ kept }) => xOf(kept))];
    states.forEach((_, state) => data.push(this.points.map(({ means }) => means[state] ?? null)));
    const path = states.map((_, state) => inTime.map(({ kept, means }) => [xOf(kept), means[state] ?? null] as const));
    this.path = against === "potential" ? path : [];
    this.chart.show(`${against} ${JSON.stringify(states)}`, () => this.options(states, against), data);
  }

  explain(text: string): void {
    setText(byId("timeline-text"), text);
  }

  /** Against the potential, lines follow time: charge and discharge are two branches. */
  private path: (readonly [number, number | null])[][] = [];

  private options(states: string[], against: Against): Omit<uPlot.Options, "width" | "height"> {
    const time = xAxis("time", { size: 22, space: 60, values: (_, splits) => splits.map((seconds) => clockFor(splits)(1000 * seconds)) });
    return {
      scales: { x: { time: against === "time" }, y: { range: [0, 1] } },
      axes: [against === "time" ? time : xAxis("potential / V", { size: 22 }),
        yAxis("fraction", { values: (_, splits) => splits.map((value) => `${Math.round(100 * value)} %`) })],
      series: [
        { label: against },
        ...states.map((name, state) => against === "time"
          ? line(chemical(name), stateColor(state), 1.5, { points: { show: true, size: 5, fill: stateColor(state) }, spanGaps: false })
          : dots(chemical(name), stateColor(state), 5)),
      ],
      hooks: {
        draw: [(u) => rule(u, this.marked, "#d7dae0"), (u) => this.drawPath(u)],
        ready: [(u) => u.over.addEventListener("click", () => this.pickAt(u.cursor.idx))],
      },
    };
  }

  private pickAt(index: number | null | undefined): void {
    const point = index == null ? undefined : this.points[index];
    if (point) this.pick(point.kept);
  }

  private drawPath(u: uPlot): void {
    this.path.forEach((points, state) => {
      u.ctx.save();
      u.ctx.strokeStyle = `${stateColor(state)}99`;
      u.ctx.lineWidth = devicePixelRatio;
      u.ctx.beginPath();
      let open = false;
      for (const [x, y] of points) {
        if (y === null) open = false;
        else {
          const at = [u.valToPos(x, "x", true), u.valToPos(y, "y", true)] as const;
          if (open) u.ctx.lineTo(...at);
          else u.ctx.moveTo(...at);
          open = true;
        }
      }
      u.ctx.stroke();
      u.ctx.restore();
    });
  }
}

export function timelineCsv(points: TimelinePoint[], states: string[]): string {
  const rows = points.map(({ kept, means }) =>
    [kept.run, kept.map_number, kept.scan_index, kept.received_utc_ns, kept.metadata[potentialKey] ?? "", ...means.map((mean) => mean ?? "")].join(","));
  return [["run,map_number,scan_index,received_utc_ns,potential_V", ...states.map(quoted)].join(","), ...rows, ""].join("\n");
}
