/** The grid of maps: one panel per state, their composite, and one layer of trust; all look at the same place. */
import { type ColorMap, table } from "./colors.js";
import { byId, make } from "./dom.js";
import { percent } from "./format.js";
import { Panel, type Picture } from "./panel.js";
import { type Layer, layerPicture, statePicture, compositePicture } from "./pictures.js";
import type { Box, PhaseMap } from "./protocol.js";
import type { Summary } from "./summary.js";
import type { GestureEvents } from "./view/gestures.js";
import { bestColumns } from "./view/layout.js";
import { Zoom } from "./view/zoom.js";

export interface Look {
  colors: ColorMap;
  fade: boolean;
  layer: Layer;
  dragMoves: boolean;
}

export class Panels {
  readonly zoom = new Zoom(() => this.place());
  private readonly root = byId("panels");
  private panels: Panel[] = [];
  private states = "";
  private map: PhaseMap | null = null;
  private selection: Box | null = null;
  private preview: Box | null = null;
  /** The panel shown alone; null shows all. */
  private alone: number | null = null;

  constructor(readonly look: Look, private readonly events: Omit<GestureEvents, "preview">) {
    new ResizeObserver(() => this.layOut()).observe(this.root);
  }

  show(map: PhaseMap, summary: Summary): void {
    this.map = map;
    this.build(map);
    this.zoom.setMap(map);
    this.paint(summary);
    this.layOut();
  }

  paint(summary: Summary): void {
    const map = this.map;
    if (!map) return;
    const colors = table(this.look.colors);
    const pictures: Picture[] = map.header.states.map((_, state) => statePicture(map, state, colors, this.look.fade));
    pictures.unshift(compositePicture(map, this.look.fade));
    pictures.push(layerPicture(map, this.look.layer));
    const values = ["", ...summary.means.map((mean) => percent(mean)), ""];
    this.panels.forEach((panel, index) => panel.draw(pictures[index]!, map, values[index]!));
  }

  select(box: Box | null): void {
    this.selection = box;
    this.place();
  }

  /** Shows one panel alone, or all again. */
  toggleAlone(index: number): void {
    if (index >= this.panels.length) return;
    this.alone = this.alone === index ? null : index;
    this.layOut();
  }

  showAll(): void {
    this.alone = null;
    this.layOut();
  }

  private build(map: PhaseMap): void {
    const states = JSON.stringify(map.header.states);
    if (states === this.states) return;
    this.states = states;
    this.alone = null;
    const names = ["composite", ...map.header.states.map((_, state) => `state ${state}`), "layer"];
    this.panels = names.map((name, index) => {
      const panel = new Panel(name, this.zoom, () => this.look.dragMoves, {
        ...this.events,
        preview: (box) => {
          this.preview = box;
          this.place();
        },
      });
      panel.title.addEventListener("click", () => this.toggleAlone(index));
      return panel;
    });
    this.root.replaceChildren(...this.panels.map((panel) => panel.element));
  }

  private visible(): Panel[] {
    return this.panels.filter((_, index) => this.alone === null || this.alone === index);
  }

  private layOut(): void {
    const map = this.map;
    if (!map) return;
    for (const panel of this.panels) panel.element.hidden = true;
    const visible = this.visible();
    for (const panel of visible) panel.element.hidden = false;
    const layout = bestColumns(visible.length, map.width / map.height, this.root);
    this.root.style.gridTemplateColumns = `repeat(${layout.columns}, ${layout.width}px)`;
    for (const panel of visible) panel.resize(layout.width, layout.width * (map.height / map.width));
    this.place();
  }

  private place(): void {
    const map = this.map;
    if (!map) return;
    for (const panel of this.visible()) panel.place(this.preview ?? this.selection, map.header.pixelSizeUm);
    this.root.classList.toggle("zoomed", this.zoom.factor > 1);
  }
}

/** What to say where there is no map to show. */
export function showEmpty(title: string | null, text = ""): void {
  const empty = byId("empty");
  empty.hidden = title === null;
  byId("panels").hidden = title !== null;
  empty.replaceChildren(make("h2", "", title ?? ""), make("p", "", text));
}
