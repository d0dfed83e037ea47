/** One map: title, canvas of exactly the map's pixels, region, scale bar and color bar. CSS magnifies the canvas. */
import { make, setText } from "./dom.js";
import type { Box, PhaseMap } from "./protocol.js";
import { type GestureEvents, listen } from "./view/gestures.js";
import { scaleBar } from "./view/scale_bar.js";
import type { Zoom } from "./view/zoom.js";

export type Bar =
  | { kind: "scale"; colors: Uint32Array; low: string; high: string; unit: string }
  | { kind: "names"; names: { name: string; color: string }[] };

export interface Picture {
  title: string;
  swatch?: string;
  bar: Bar;
  paint(out: Uint32Array): void;
}

export class Panel {
  readonly element = make("section", "panel");
  readonly title = make("button", "title");
  private readonly value = make("span", "value");
  private readonly canvas = make("canvas", "map");
  private readonly region = make("div", "region");
  private readonly scale = make("div", "scale-bar");
  private readonly area = make("div", "area", "", this.canvas, this.region, this.scale);
  private readonly bar = make("div", "bar");
  private shownBar = "";
  private image: ImageData | null = null;

  constructor(readonly name: string, private readonly zoom: Zoom, dragMoves: () => boolean, events: GestureEvents) {
    this.element.dataset["name"] = name;
    this.title.title = "show alone, or all again";
    this.element.append(make("header", "", "", this.title, this.value), this.area, this.bar);
    listen(this.area, () => this.canvas, zoom, dragMoves, events);
  }

  draw(picture: Picture, map: PhaseMap, value: string): void {
    if (this.image?.width !== map.width || this.image.height !== map.height) {
      this.canvas.width = map.width;
      this.canvas.height = map.height;
      this.image = new ImageData(map.width, map.height);
    }
    picture.paint(new Uint32Array(this.image.data.buffer));
    this.canvas.getContext("2d")!.putImageData(this.image, 0, 0);
    setText(this.title, picture.title);
    this.title.style.setProperty("--swatch", picture.swatch ?? "transparent");
    setText(this.value, value);
    this.canvas.setAttribute("aria-label", `${picture.title} ${value}`);
    this.drawBar(picture.bar);
  }

  resize(width: number, height: number): void {
    this.area.style.height = `${height}px`;
    this.area.style.width = `${width}px`;
  }

  place(region: Box | null, pixelSizeUm: number): void {
    const panel = { width: this.area.offsetWidth, height: this.area.offsetHeight };
    const size = this.zoom.pixelSize(panel.width);
    const { left, top } = this.zoom.origin(panel);
    this.canvas.style.transform = `translate(${left}px, ${top}px) scale(${size})`;
    this.canvas.classList.toggle("magnified", size >= 1);
    this.region.hidden = region === null;
    if (region) {
      this.region.classList.toggle("pixel", region.width * region.height * size * size < 60);
      this.region.style.left = `${left + region.x * size}px`;
      this.region.style.top = `${top + region.y * size}px`;
      this.region.style.width = `${region.width * size}px`;
      this.region.style.height = `${region.height * size}px`;
    }
    const bar = scaleBar(panel.width, size, pixelSizeUm);
    setText(this.scale, bar.text);
    this.scale.style.width = `${bar.width}px`;
  }

  private drawBar(bar: Bar): void {
    const text = bar.kind === "scale" ? `${bar.low} ${bar.high} ${bar.unit} ${bar.colors.join()}` : JSON.stringify(bar);
    if (text === this.shownBar) return;
    this.shownBar = text;
    if (bar.kind === "names") this.bar.replaceChildren(...namesOf(bar.names));
    else this.bar.replaceChildren(make("span", "", bar.low), gradient(bar.colors), make("span", "", bar.high), make("span", "unit", bar.unit));
  }
}

function namesOf(names: { name: string; color: string }[]): Node[] {
  const swatch = (color: string): HTMLElement => {
    const element = make("i", "swatch");
    element.style.background = color;
    return element;
  };
  return names.map(({ name, color }) => make("span", "name", "", swatch(color), document.createTextNode(name)));
}

function gradient(colors: Uint32Array): HTMLCanvasElement {
  const canvas = make("canvas");
  canvas.width = colors.length;
  canvas.height = 1;
  canvas.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(colors.slice().buffer), colors.length, 1), 0, 0);
  return canvas;
}

