/** Buttons, menus and keys. */
import type { App } from "./app.js";
import { colorMaps, type ColorMap } from "./colors.js";
import { byId, download, make, setClass } from "./dom.js";
import { type Action, listenToKeys } from "./keys.js";
import type { Look } from "./panels.js";
import { savePng } from "./picture_file.js";
import { type Layer, layers } from "./pictures.js";
import type { Box } from "./protocol.js";
import { fileStem, saveCsv, saveNpy } from "./save.js";
import { spectrumCsv } from "./spectrum_view.js";
import { whole } from "./summary.js";
import { type Against, timelineCsv } from "./timeline_view.js";

export class Controls {
  readonly look: Look = { colors: "cividis", fade: false, layer: "uncertainty", dragMoves: matchMedia("(pointer: coarse)").matches };
  against: Against = "time";
  ofRegion = true;
  private readonly colors = byId<HTMLSelectElement>("colors");
  private readonly layer = byId<HTMLSelectElement>("layer");

  constructor(private readonly app: App) {
    this.colors.append(...colorMaps.map((name) => new Option(name)));
    this.layer.append(...layers.map((name) => new Option(name)));
    this.colors.addEventListener("change", () => this.setColors(this.colors.value as ColorMap));
    this.layer.addEventListener("change", () => this.setLayer(this.layer.value as Layer));
    for (const action of ["fade", "move", "fit", "zoomIn", "zoomOut", "png", "npy", "csv", "clear", "help"] as const)
      byId(action).addEventListener("click", () => this.act(action));
    byId("spectrum-csv").addEventListener("click", () => this.saveSpectrum());
    byId("timeline-csv").addEventListener("click", () => this.saveTimeline());
    byId("against").addEventListener("click", () => this.setAgainst(this.against === "time" ? "potential" : "time"));
    byId("of").addEventListener("click", () => this.setOfRegion(!this.ofRegion));
    listenToKeys((action) => this.act(action), (panel) => app.panels.toggleAlone(panel));
    this.mark();
  }

  setRegion(box: Box | null): void {
    byId("of").hidden = box === null;
    this.mark();
  }

  private act(action: Action): void {
    const { app, look } = this;
    const acts: Record<Action, () => void> = {
      older: () => app.history.step(-1),
      newer: () => app.history.step(1),
      oldest: () => app.history.goOldest(),
      live: () => app.history.goLive(),
      zoomIn: () => app.panels.zoom.zoomCenter(1.5),
      zoomOut: () => app.panels.zoom.zoomCenter(1 / 1.5),
      fit: () => app.panels.zoom.fit(),
      all: () => app.panels.showAll(),
      fade: () => { look.fade = !look.fade; this.repaint(); },
      colors: () => this.setColors(colorMaps[(colorMaps.indexOf(look.colors) + 1) % colorMaps.length]!),
      move: () => { look.dragMoves = !look.dragMoves; this.mark(); },
      uncertainty: () => this.setLayer("uncertainty"),
      residual: () => this.setLayer("residual"),
      scale: () => this.setLayer("scale"),
      mask: () => this.setLayer("mask"),
      acknowledge: () => app.alarmsAcknowledged(),
      png: () => this.save((map) => savePng(`${fileStem(map)}.png`)),
      npy: () => this.save(saveNpy),
      csv: () => this.save((map) => saveCsv(map, app.selection ?? whole(map))),
      clear: () => { app.choose(null); app.panels.showAll(); },
      help: () => byId<HTMLDialogElement>("keys").showModal(),
      pixelLeft: () => this.moveChoice(-1, 0),
      pixelRight: () => this.moveChoice(1, 0),
      pixelUp: () => this.moveChoice(0, -1),
      pixelDown: () => this.moveChoice(0, 1),
    };
    acts[action]();
  }

  private save(write: (map: NonNullable<App["map"]>) => void | Promise<void>): void {
    const { map } = this.app;
    if (!map) return this.app.tell(new Error("there is no map to save yet"));
    Promise.resolve(write(map)).catch((error: Error) => this.app.tell(error));
  }

  private saveSpectrum(): void {
    const { shown } = this.app.spectrumView;
    if (shown) download(`phasecast_spectrum_${shown.region?.x}_${shown.region?.y}.csv`, [spectrumCsv(shown)], "text/csv");
  }

  private saveTimeline(): void {
    const { points, states } = this.app.timeline;
    download("phasecast_fractions.csv", [timelineCsv(points, states)], "text/csv");
  }

  /** Moves the chosen pixel or region; without one, starts in the middle. */
  private moveChoice(dx: number, dy: number): void {
    const { map, selection, panels } = this.app;
    if (!map) return;
    const from = selection ?? { x: Math.floor(panels.zoom.x), y: Math.floor(panels.zoom.y), width: 1, height: 1 };
    const within = (at: number, size: number, length: number): number => Math.max(0, Math.min(size - length, at));
    this.app.choose({ ...from, x: within(from.x + dx, map.width, from.width), y: within(from.y + dy, map.height, from.height) });
  }

  private setColors(colors: ColorMap): void {
    this.look.colors = colors;
    this.repaint();
  }

  private setLayer(layer: Layer): void {
    this.look.layer = layer;
    this.repaint();
  }

  private setAgainst(against: Against): void {
    this.against = against;
    this.mark();
    this.app.showTimeline();
  }

  private setOfRegion(ofRegion: boolean): void {
    this.ofRegion = ofRegion;
    this.mark();
    this.app.showTimeline();
  }

  private repaint(): void {
    this.mark();
    this.app.repaint();
  }

  private mark(): void {
    const press = (id: string, on: boolean): void => byId(id).setAttribute("aria-pressed", String(on));
    press("fade", this.look.fade);
    press("move", this.look.dragMoves);
    setClass(document.body, "drag-moves", this.look.dragMoves);
    this.colors.value = this.look.colors;
    this.layer.value = this.look.layer;
    byId("against").replaceChildren(...choice(["time", "potential"], this.against === "time" ? 0 : 1));
    byId("of").replaceChildren(...choice(["sample", "region"], this.ofRegion ? 1 : 0));
  }
}

const choice = (names: string[], chosen: number): Node[] =>
  names.map((name, index) => make("span", index === chosen ? "chosen" : "", name));
