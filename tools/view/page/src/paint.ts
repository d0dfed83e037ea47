/** Layers of a phase map as pixels. Every function writes one packed color per pixel into `out`. */
import { badPixel, noElement, notANumber, pack, parse, stateColor, validPixel } from "./colors.js";
import type { PhaseMap } from "./protocol.js";

/** With fading on, a pixel is full at no uncertainty and gone at this one. */
export const fadeAt = 0.25;

const maskColor = (mask: number): number => (mask === 2 ? badPixel : noElement);

/** Linear from `low` to `high`; beyond them the first and last color. */
export function paintScalar(
  values: Float32Array, mask: Uint8Array, colors: Uint32Array, low: number, high: number, out: Uint32Array,
): void {
  const last = colors.length - 1;
  const perUnit = colors.length / (high - low);
  for (let pixel = 0; pixel < mask.length; ++pixel) {
    if (mask[pixel] !== 0) {
      out[pixel] = maskColor(mask[pixel]!);
      continue;
    }
    const level = Math.floor((values[pixel]! - low) * perUnit);
    out[pixel] = level !== level ? notANumber : colors[level < 0 ? 0 : level > last ? last : level]!;
  }
}

const toLinear = (level: number): number =>
  level <= 10.31475 ? level / 3294.6 : Math.pow((level / 255 + 0.055) / 1.055, 2.4);

const fromLinear = Uint8Array.from({ length: 4096 }, (_, index) => {
  const linear = index / 4095;
  return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055));
});

/** Each pixel's states as light mixed by their fractions. */
export function paintComposite(map: PhaseMap, out: Uint32Array): void {
  const pixels = map.mask.length;
  const lights = map.header.states.map((_, state) => parse(stateColor(state)).map((level) => 4095 * toLinear(level)));
  for (let pixel = 0; pixel < pixels; ++pixel) {
    if (map.mask[pixel] !== 0) {
      out[pixel] = maskColor(map.mask[pixel]!);
      continue;
    }
    let red = 0.5, green = 0.5, blue = 0.5;
    for (let state = 0; state < lights.length; ++state) {
      const fraction = map.fraction[state * pixels + pixel]!;
      const light = lights[state]!;
      red += fraction * light[0]!;
      green += fraction * light[1]!;
      blue += fraction * light[2]!;
    }
    out[pixel] = red !== red ? notANumber : pack(fromLinear[red | 0]!, fromLinear[green | 0]!, fromLinear[blue | 0]!);
  }
}

export function paintMask(mask: Uint8Array, out: Uint32Array): void {
  for (let pixel = 0; pixel < mask.length; ++pixel) out[pixel] = mask[pixel] === 0 ? validPixel : maskColor(mask[pixel]!);
}

/** Mixes each valid pixel towards the color of "no element" by its uncertainty. */
export function fade(uncertainty: Float32Array, mask: Uint8Array, out: Uint32Array): void {
  const mix = (from: number, shift: number, amount: number): number => {
    const level = (from >> shift) & 255;
    return Math.round(level + (((noElement >> shift) & 255) - level) * amount) << shift;
  };
  for (let pixel = 0; pixel < mask.length; ++pixel) {
    if (mask[pixel] !== 0) continue;
    const amount = Math.min(1, uncertainty[pixel]! / fadeAt);
    const color = out[pixel]!;
    out[pixel] = ((255 << 24) | mix(color, 16, amount) | mix(color, 8, amount) | mix(color, 0, amount)) >>> 0;
  }
}

/** The largest uncertainty of any state, per pixel. */
export function largestUncertainty(map: PhaseMap): Float32Array {
  const pixels = map.mask.length;
  if (map.header.states.length <= 2) return map.uncertainty.subarray(0, pixels); // two that sum to one share theirs
  const largest = map.uncertainty.slice(0, pixels);
  for (let index = pixels; index < map.uncertainty.length; ++index) {
    const pixel = index % pixels;
    if (map.uncertainty[index]! > largest[pixel]!) largest[pixel] = map.uncertainty[index]!;
  }
  return largest;
}

/** The end of a color bar: above 99 % of the valid values, at 1, 2 or 5 times a power of ten, so that it seldom moves. */
export function niceTop(values: Float32Array, mask: Uint8Array): number {
  const stride = Math.max(1, Math.floor(mask.length / 20000));
  const sample: number[] = [];
  for (let pixel = 0; pixel < mask.length; pixel += stride)
    if (mask[pixel] === 0 && values[pixel]! > 0) sample.push(values[pixel]!);
  if (sample.length === 0) return 1;
  const top = Float64Array.from(sample).sort()[Math.floor(0.99 * (sample.length - 1))]!;
  const power = 10 ** Math.floor(Math.log10(top));
  return power * ([1, 2, 5, 10].find((step) => step * power >= top) ?? 10);
}
