/** What a region of a map says in numbers, as the server's history counts it. */
import type { Box, PhaseMap } from "./protocol.js";

export interface Summary {
  /** valid pixels */
  pixels: number;
  /** mean fraction per state, weighted by scale; null without a valid pixel */
  means: (number | null)[];
  /** median over valid pixels of the uncertainty of the first state; null without one */
  uncertainty: number | null;
  /** mean over valid pixels, absorbance */
  residual: number | null;
}

export const whole = (map: PhaseMap): Box => ({ x: 0, y: 0, width: map.width, height: map.height });

function validPixels(map: PhaseMap, box: Box): Uint32Array {
  const found = new Uint32Array(box.width * box.height);
  let count = 0;
  for (let y = box.y; y < Math.min(map.height, box.y + box.height); ++y)
    for (let x = box.x; x < Math.min(map.width, box.x + box.width); ++x)
      if (map.mask[y * map.width + x] === 0) found[count++] = y * map.width + x;
  return found.subarray(0, count);
}

export function summarize(map: PhaseMap, box: Box): Summary {
  const valid = validPixels(map, box);
  const size = map.mask.length;
  let weight = 0, residual = 0;
  const sums = new Float64Array(map.header.states.length);
  for (const pixel of valid) {
    const scale = map.scale[pixel]!;
    weight += scale;
    residual += map.residual[pixel]!;
    for (let state = 0; state < sums.length; ++state) sums[state]! += scale * map.fraction[state * size + pixel]!;
  }
  return {
    pixels: valid.length,
    means: Array.from(sums, (sum) => (weight > 0 ? sum / weight : null)),
    uncertainty: medianUncertainty(map, valid),
    residual: valid.length > 0 ? residual / valid.length : null,
  };
}

function medianUncertainty(map: PhaseMap, valid: Uint32Array): number | null {
  const stride = Math.max(1, Math.floor(valid.length / 10000));
  const sample = Float32Array.from({ length: Math.ceil(valid.length / stride) }, (_, i) => map.uncertainty[valid[i * stride]!]!);
  return sample.length > 0 ? sample.sort()[sample.length >> 1]! : null;
}

export const median = (values: number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};
