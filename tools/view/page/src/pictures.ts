/** What each panel shows: which values, in which colors, with which bar. */
import { badPixel, cssOf, noElement, stateColor, table, validPixel } from "./colors.js";
import { chemical, percent, short } from "./format.js";
import { fade, largestUncertainty, niceTop, paintComposite, paintMask, paintScalar } from "./paint.js";
import type { Picture } from "./panel.js";
import type { PhaseMap } from "./protocol.js";

export const layers = ["uncertainty", "residual", "scale", "mask"] as const;
export type Layer = (typeof layers)[number];

const trust = { uncertainty: table("inferno"), residual: table("magma"), scale: table("viridis") };

export function statePicture(map: PhaseMap, state: number, colors: Uint32Array, faded: boolean): Picture {
  const pixels = map.mask.length;
  const layer = (stack: Float32Array): Float32Array => stack.subarray(state * pixels, (state + 1) * pixels);
  const name = map.header.states[state]!;
  return {
    title: chemical(name),
    swatch: stateColor(state),
    bar: { kind: "scale", colors, low: "0", high: "100 %", unit: `fraction ${chemical(name)}` },
    paint: (out) => {
      paintScalar(layer(map.fraction), map.mask, colors, 0, 1, out);
      if (faded) fade(layer(map.uncertainty), map.mask, out);
    },
  };
}

export function compositePicture(map: PhaseMap, faded: boolean): Picture {
  return {
    title: "Composite",
    bar: {
      kind: "names",
      names: map.header.states.map((name, state) => ({ name: chemical(name), color: stateColor(state) })),
    },
    paint: (out) => {
      paintComposite(map, out);
      if (faded) fade(largestUncertainty(map), map.mask, out);
    },
  };
}

const maskNames = [
  { name: "valid", color: cssOf(validPixel) },
  { name: "no element", color: cssOf(noElement) },
  { name: "bad pixel", color: cssOf(badPixel) },
];

export function layerPicture(map: PhaseMap, layer: Layer): Picture {
  const title = { uncertainty: "Uncertainty", residual: "Residual", scale: "Scale", mask: "Mask" }[layer];
  if (layer === "mask") return { title, bar: { kind: "names", names: maskNames }, paint: (out) => paintMask(map.mask, out) };
  const values = layer === "uncertainty" ? largestUncertainty(map) : map[layer];
  const top = niceTop(values, map.mask);
  const unit = { uncertainty: "± fraction, 1σ", residual: "absorbance not explained, RMS", scale: "scale (thickness)" }[layer];
  return {
    title,
    bar: {
      kind: "scale", colors: trust[layer], low: "0", unit,
      high: `≥ ${layer === "uncertainty" ? percent(top, top < 0.01 ? 1 : 0) : short(top)}`,
    },
    paint: (out) => paintScalar(values, map.mask, trust[layer], 0, top, out),
  };
}
