/** A uPlot chart in the page's look, rebuilt only when its series change. */
import uPlot from "uplot";

const ink = "#9aa3b0";
const lines = "#2a2f37";
const font = "11px system-ui, sans-serif";

export type Data = (number | null)[][];

export function axis(label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    label, labelFont: font, labelSize: 16, labelGap: 0, font, stroke: ink, gap: 3,
    grid: { stroke: lines, width: 1 }, ticks: { stroke: lines, width: 1, size: 4 }, ...more,
  };
}

export const yAxis = (label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis => axis(label, { size: 44, ...more });
export const xAxis = (label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis => axis(label, { size: 24, ...more });

/** Points only, or points on a line. */
export const dots = (label: string, color: string, size: number, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
  label, stroke: color, width: 0, paths: () => null, points: { show: true, size, fill: color, stroke: color }, ...more,
});
export const line = (label: string, color: string, width: number, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
  label, stroke: color, width, points: { show: false }, spanGaps: true, ...more,
});

export class Chart {
  private plot: uPlot | null = null;
  private key = "";

  constructor(private readonly root: HTMLElement, private readonly height: number) {
    new ResizeObserver(() => {
      if (root.clientWidth > 0) this.plot?.setSize({ width: root.clientWidth, height });
    }).observe(root);
  }

  /** The same key means the same series and axes: only the data are new. */
  show(key: string, options: () => Omit<uPlot.Options, "width" | "height">, data: Data): void {
    if (key !== this.key || !this.plot) {
      this.plot?.destroy();
      this.key = key;
      const size = { width: this.root.clientWidth, height: this.height };
      this.plot = new uPlot({ ...size, legend: { show: false }, padding: [6, 8, 0, 0], ...options() }, data as uPlot.AlignedData, this.root);
    } else {
      this.plot.setData(data as uPlot.AlignedData);
    }
  }

  clear(): void {
    this.plot?.destroy();
    this.plot = null;
    this.key = "";
  }
}

/** A scale with 0 in its middle. */
export function symmetric(low: number, high: number): [number, number] {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return largest > 0 ? [-1.1 * largest, 1.1 * largest] : [-1, 1];
}

/** The same pixels as a vertical rule in data units; null draws none. */
export function rule(u: uPlot, x: number | null, color: string): void {
  if (x === null) return;
  const at = Math.round(u.valToPos(x, "x", true));
  if (at < u.bbox.left || at > u.bbox.left + u.bbox.width) return;
  u.ctx.save();
  u.ctx.strokeStyle = color;
  u.ctx.lineWidth = devicePixelRatio;
  u.ctx.beginPath();
  u.ctx.moveTo(at, u.bbox.top);
  u.ctx.lineTo(at, u.bbox.top + u.bbox.height);
  u.ctx.stroke();
  u.ctx.restore();
}
