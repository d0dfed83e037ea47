/** Color maps as tables of 256 packed pixels. All are perceptually uniform and safe for color-blind eyes. */
import { interpolateCividis, interpolateInferno, interpolateMagma, interpolateViridis } from "d3-scale-chromatic";

export type ColorMap = "cividis" | "viridis" | "magma" | "gray";

const grayAt = (t: number): string => {
  const level = Math.round(255 * t);
  return `rgb(${level}, ${level}, ${level})`;
};

const interpolators: Record<ColorMap | "inferno", (t: number) => string> = {
  cividis: interpolateCividis,
  viridis: interpolateViridis,
  magma: interpolateMagma,
  gray: grayAt,
  inferno: interpolateInferno,
};

export const colorMaps: ColorMap[] = ["cividis", "viridis", "magma", "gray"];

/** As ImageData holds it, read as a little-endian word: alpha, blue, green, red. */
export const pack = (red: number, green: number, blue: number): number =>
  ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** Reads "#rrggbb" and "rgb(r, g, b)". */
export function parse(color: string): [number, number, number] {
  const parts = color.startsWith("#")
    ? [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16))
    : (color.match(/\d+/g) ?? []).map(Number);
  if (parts.length < 3 || parts.some(Number.isNaN)) throw new Error(`color "${color}" is neither #rrggbb nor rgb(r, g, b)`);
  return [parts[0]!, parts[1]!, parts[2]!];
}

const levels = 256;

export function table(name: ColorMap | "inferno"): Uint32Array {
  return Uint32Array.from({ length: levels }, (_, level) => pack(...parse(interpolators[name]((level + 0.5) / levels))));
}

export const cssOf = (packed: number): string =>
  `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;

/** Okabe and Ito's color-blind-safe set (jfly.uni-koeln.de/color), ordered so that two states are blue and orange. */
const okabeIto = ["#2f8fd6", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#56b4e9", "#d55e00"];

export const stateColor = (state: number): string => okabeIto[state % okabeIto.length]!;

export const noElement = pack(...parse("#23272e"));
export const badPixel = pack(...parse("#5c2b3a"));
/** A value that the messages do not allow where the mask says valid: never painted as if it were data. */
export const notANumber = pack(...parse("#ff00ff"));
export const validPixel = pack(...parse("#7f8a99"));
