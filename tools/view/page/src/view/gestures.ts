/** Mouse, pen and fingers on a map: pick a pixel, drag a region, move, zoom. */
import type { Box } from "../protocol.js";
import type { Zoom } from "./zoom.js";

export interface GestureEvents {
  /** A dragged region or a picked pixel, in map pixels. */
  pick(box: Box): void;
  preview(box: Box | null): void;
  hover(x: number, y: number): void;
  leave(): void;
}

interface Point {
  x: number;
  y: number;
}

const dragAfter = 5; // CSS pixels

/** `dragMoves`: whether a plain drag moves the maps instead of choosing a region. */
export function listen(
  area: HTMLElement, mapOf: () => HTMLCanvasElement, zoom: Zoom, dragMoves: () => boolean, events: GestureEvents,
): void {
  const down = new Map<number, Point>();
  let start: Point | null = null; // on the screen
  let moving = false;
  let dragging = false;
  let wasPinch = false;

  const onMap = (screen: Point): Point => {
    const bounds = mapOf().getBoundingClientRect();
    const size = bounds.width / mapOf().width;
    return { x: (screen.x - bounds.left) / size, y: (screen.y - bounds.top) / size };
  };
  const pixelAt = (screen: Point): Point => {
    const { x, y } = onMap(screen);
    const inside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, Math.floor(at)));
    return { x: inside(x, mapOf().width), y: inside(y, mapOf().height) };
  };
  const boxBetween = (one: Point, other: Point): Box => {
    const [a, b] = [pixelAt(one), pixelAt(other)];
    return {
      x: Math.min(a.x, b.x), y: Math.min(a.y, b.y),
      width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1,
    };
  };
  const moveBy = (dx: number, dy: number): void => {
    const size = mapOf().getBoundingClientRect().width / mapOf().width;
    zoom.moveTo(zoom.x - dx / size, zoom.y - dy / size);
  };
  const pinch = (id: number, to: Point): void => {
    const from = down.get(id)!;
    const other = [...down].find(([each]) => each !== id)![1];
    const before = Math.hypot(from.x - other.x, from.y - other.y);
    const after = Math.hypot(to.x - other.x, to.y - other.y);
    const middle = onMap({ x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    if (before > 0) zoom.zoomAt(after / before, middle.x, middle.y);
    moveBy((to.x - from.x) / 2, (to.y - from.y) / 2);
  };
  const stop = (): void => {
    start = null;
    dragging = false;
    events.preview(null);
  };

  area.addEventListener("pointerdown", (event) => {
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    area.setPointerCapture(event.pointerId);
    if (down.size === 2) {
      wasPinch = true;
      stop();
      return;
    }
    wasPinch = false;
    start = { x: event.clientX, y: event.clientY };
    moving = event.button === 1 || event.shiftKey !== dragMoves();
    if (event.button === 1) event.preventDefault();
  });
  area.addEventListener("pointermove", (event) => {
    const at = { x: event.clientX, y: event.clientY };
    const before = down.get(event.pointerId);
    const { x, y } = onMap(at);
    events.hover(Math.floor(x), Math.floor(y));
    if (!before) return;
    if (down.size === 2) pinch(event.pointerId, at);
    else if (start && !wasPinch) {
      dragging ||= Math.hypot(at.x - start.x, at.y - start.y) >= dragAfter;
      if (dragging && moving) moveBy(at.x - before.x, at.y - before.y);
      else if (dragging) events.preview(boxBetween(start, at));
    }
    if (dragging || down.size === 2 || !start) down.set(event.pointerId, at);
  });
  area.addEventListener("pointerup", (event) => {
    const at = { x: event.clientX, y: event.clientY };
    down.delete(event.pointerId);
    if (start && !wasPinch && event.button === 0) {
      if (!dragging) events.pick({ ...pixelAt(at), width: 1, height: 1 });
      else if (!moving) events.pick(boxBetween(start, at));
    }
    stop();
  });
  area.addEventListener("pointercancel", (event) => {
    down.delete(event.pointerId);
    stop();
  });
  area.addEventListener("pointerleave", () => events.leave());
  area.addEventListener("dblclick", () => zoom.fit());
  area.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = onMap({ x: event.clientX, y: event.clientY });
    zoom.zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), at.x, at.y);
  }, { passive: false });
}
