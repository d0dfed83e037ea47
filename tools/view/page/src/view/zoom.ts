/** Where all maps are looked at: one center and one magnification, shared by every panel. */

export interface Size {
  width: number;
  height: number;
}

export const largestZoom = 64;

export class Zoom {
  /** 1 shows the whole map */
  factor = 1;
  /** center of the view in map pixels */
  x = 0;
  y = 0;
  private map: Size = { width: 0, height: 0 };

  constructor(private readonly changed: () => void) {}

  setMap(map: Size): void {
    if (map.width === this.map.width && map.height === this.map.height) return;
    this.map = { width: map.width, height: map.height };
    this.fit();
  }

  fit(): void {
    this.factor = 1;
    this.moveTo(this.map.width / 2, this.map.height / 2);
  }

  /** Magnifies by `ratio` and keeps the map's point (x, y) where it is on the screen. */
  zoomAt(ratio: number, x: number, y: number): void {
    const factor = Math.min(largestZoom, Math.max(1, this.factor * ratio));
    const kept = this.factor / factor;
    this.factor = factor;
    this.moveTo(x + (this.x - x) * kept, y + (this.y - y) * kept);
  }

  zoomCenter(ratio: number): void {
    this.zoomAt(ratio, this.x, this.y);
  }

  /** Keeps the view inside the map. */
  moveTo(x: number, y: number): void {
    const inside = (at: number, size: number): number => {
      const half = size / 2 / this.factor;
      return Math.min(size - half, Math.max(half, at));
    };
    this.x = inside(x, this.map.width);
    this.y = inside(y, this.map.height);
    this.changed();
  }

  /** CSS pixels per map pixel in a panel this wide. */
  pixelSize(panelWidth: number): number {
    return (panelWidth / this.map.width) * this.factor;
  }

  /** CSS offset of the map's origin in a panel of this size. */
  origin(panel: Size): { left: number; top: number } {
    const size = this.pixelSize(panel.width);
    return { left: panel.width / 2 - this.x * size, top: panel.height / 2 - this.y * size };
  }
}
