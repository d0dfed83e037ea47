/** A battery particle as a pipeline would publish it: grains, a front from outside in, noise, and spectra that fit. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AdviceSchema, LayerKind, PhaseMapHeaderSchema, PixelType, type ReferenceCheckSchema, ReferencesSchema, RegionSpectrumSchema, ScanEndSchema, ScanStartSchema,
  ScanStatus, Signal, StatusSchema, PipelineState, CorrectionUse, type Status,
} from "../../tools/view/page/src/generated/phasecast_pb.js";
import { encode, type Box } from "../../tools/view/page/src/protocol.js";

export interface SceneOptions {
  width: number;
  height: number;
  states: string[];
  energies: number;
  scans: number;
  noise: number;
}

export interface MapOptions {
  number: number;
  scan: number;
  final: boolean;
  used: number;
  aborted?: boolean;
  residual?: number;
  advice?: MessageInitShape<typeof AdviceSchema>;
  referenceCheck?: MessageInitShape<typeof ReferenceCheckSchema>;
}

export interface Maps {
  fraction: Float32Array;
  uncertainty: Float32Array;
  scale: Float32Array;
  residual: Float32Array;
  mask: Uint8Array;
}

/** The same numbers in every run: a linear congruential generator. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const startNs = 1_750_000_000_000_000_000n;
export const timeOf = (scan: number, used: number): bigint => startNs + BigInt(scan * 240 + used) * 1_000_000_000n;
export const scanId = (scan: number): string => `scan-${scan}`;
export const potentialOf = (scan: number, scans: number): number => 3.6 + (0.8 * scan) / Math.max(1, scans - 1);

export class Scene {
  readonly energiesEv: number[];
  private readonly grain: Float32Array;

  constructor(readonly options: SceneOptions) {
    const { energies, width, height } = options;
    this.energiesEv = Array.from({ length: energies }, (_, index) => 8180 + (400 * index) / Math.max(1, energies - 1));
    this.grain = grains(width, height);
  }

  absorbanceOf(state: number, ev: number): number {
    const edge = 8338 + 3.5 * state;
    const step = 0.5 + Math.atan((ev - edge) / 3) / Math.PI;
    const white = (1.05 - 0.2 * state) * Math.exp(-(((ev - edge - 9) / 7) ** 2));
    const wave = 0.07 * Math.sin((ev - edge) / 19) * step * Math.exp(-(ev - edge) / 160);
    return step + white + (ev > edge ? wave : 0);
  }

  maps({ scan, used, residual = 0.05 }: Pick<MapOptions, "scan" | "used" | "residual">): Maps {
    const { width, height, states, scans, energies, noise } = this.options;
    const size = width * height;
    const random = numbers(1 + scan * 1000 + used);
    const maps: Maps = {
      fraction: new Float32Array(states.length * size), uncertainty: new Float32Array(states.length * size),
      scale: new Float32Array(size), residual: new Float32Array(size), mask: new Uint8Array(size),
    };
    const gain = Math.sqrt(energies / Math.max(1, used));
    for (let pixel = 0; pixel < size; ++pixel) {
      const x = ((pixel % width) + 0.5) / width - 0.5, y = (Math.floor(pixel / width) + 0.5) / height - 0.5;
      const radius = Math.hypot(x * (width / height), y) / (0.43 + 0.03 * Math.sin(5 * Math.atan2(y, x)));
      const grain = this.grain[pixel]!;
      const scale = radius < 1 ? (0.35 + 0.65 * Math.sqrt(1 - radius * radius)) * (0.9 + 0.2 * grain) : 0;
      maps.scale[pixel] = scale + 0.01 * random();
      maps.mask[pixel] = radius >= 1 ? 1 : random() < 0.0003 ? 2 : 0;
      const crack = grain > 0.93;
      const front = 1 / (1 + Math.exp(-(radius - 1 + (1.15 * scan) / scans + 0.35 * (grain - 0.5)) / 0.06));
      const error = (noise * gain * (crack ? 3 : 1)) / Math.max(0.2, scale);
      fill(maps, pixel, size, states.length, Math.min(1, Math.max(0, front + error * 2 * (random() - 0.5))), error);
      maps.residual[pixel] = residual * (1 + 0.3 * (random() - 0.5)) * (crack ? 1.8 : 1);
    }
    return maps;
  }

  scanStart(scan: number): Uint8Array[] {
    const { width, height, scans } = this.options;
    const shape = { width, height };
    return [encode("scan_start"), toBinary(ScanStartSchema, create(ScanStartSchema, {
      version: 1, seriesId: "cell-7", scanId: scanId(scan), scanIndex: scan, energiesEv: this.energiesEv, shape,
      pixelType: PixelType.UINT16, pixelSizeUm: 0.04, signal: Signal.COUNTS, darks: { use: CorrectionUse.SHARED, repeats: 10 },
      flats: { use: CorrectionUse.PER_ENERGY, repeats: 1 }, sampleRepeats: 1, metadata: { potential_V: potentialOf(scan, scans).toFixed(2) },
    }))];
  }

  scanEnd(scan: number, status: ScanStatus, reason = ""): Uint8Array[] {
    const end = create(ScanEndSchema, { version: 1, scanId: scanId(scan), framesSent: 1n, status, reason });
    return [encode("scan_end"), toBinary(ScanEndSchema, end)];
  }

  phaseMap({ number, scan, final, used, aborted = false, residual, advice, referenceCheck }: MapOptions, given?: Maps): Uint8Array[] {
    const { width, height, states, energies } = this.options;
    const maps = given ?? this.maps({ scan, used, ...(residual === undefined ? {} : { residual }) });
    const layer = (kind: LayerKind, pixelType: PixelType, extents: number[]) => ({ kind, pixelType, extents });
    const flat = [height, width], stack = [states.length, height, width];
    const header = create(PhaseMapHeaderSchema, {
      version: 1, seriesId: "cell-7", scanId: scanId(scan), scanIndex: scan, mapNumber: BigInt(number), lastSequence: BigInt(used), final,
      ...(final ? { scanStatus: aborted ? ScanStatus.ABORTED : ScanStatus.COMPLETE } : {}), energiesEv: this.energiesEv,
      energiesUsed: Array.from({ length: used }, (_, index) => index),
      energiesCarried: scan > 0 ? Array.from({ length: energies - used }, (_, index) => used + index) : [],
      method: "rum-tv", iterations: 40, converged: true, receivedUtcNs: timeOf(scan, used), publishedUtcNs: timeOf(scan, used) + 1n,
      shape: { width, height }, pixelSizeUm: 0.04, states,
      ...(advice ? { advice } : {}), ...(referenceCheck ? { referenceCheck } : {}),
      layers: [
        layer(LayerKind.FRACTION, PixelType.FLOAT32, stack), layer(LayerKind.SCALE, PixelType.FLOAT32, flat),
        layer(LayerKind.RESIDUAL, PixelType.FLOAT32, flat), layer(LayerKind.UNCERTAINTY, PixelType.FLOAT32, stack),
        layer(LayerKind.MASK, PixelType.UINT8, flat),
      ],
    });
    const bytes = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return [encode("phase_map"), toBinary(PhaseMapHeaderSchema, header), bytes(maps.fraction), bytes(maps.scale),
      bytes(maps.residual), bytes(maps.uncertainty), maps.mask];
  }

  references(scan: number): Uint8Array[] {
    const { states } = this.options;
    const absorbance = states.flatMap((_, state) => this.energiesEv.map((ev) => this.absorbanceOf(state, ev)));
    return [encode("references"), toBinary(ReferencesSchema, create(ReferencesSchema, {
      version: 1, scanId: scanId(scan), states, energiesEv: this.energiesEv, absorbance,
    }))];
  }

  regionSpectrum(box: Box, { number, scan, used }: MapOptions): Uint8Array[] {
    const { width, height, states } = this.options;
    const maps = this.maps({ scan, used });
    const pixel = box.y * width + box.x;
    const fraction = states.map((_, state) => maps.fraction[state * width * height + pixel]!);
    const scale = maps.scale[pixel]!;
    const indices = Array.from({ length: used }, (_, index) => index);
    const random = numbers(pixel);
    const valid = maps.mask[pixel] === 0;
    const background = indices.map(() => 0.42);
    const fit = indices.map((index) => 0.42 + scale * fraction.reduce((sum, each, state) => sum + each * this.absorbanceOf(state, this.energiesEv[index]!), 0));
    const answer = create(RegionSpectrumSchema, {
      version: 1, scanId: scanId(scan), region: box, pixels: valid ? box.width * box.height : 0,
      ...(valid ? {
        energyIndices: indices, energiesEv: indices.map((index) => this.energiesEv[index]!),
        absorbance: fit.map((value) => value + (0.12 / Math.sqrt(box.width * box.height)) * (random() + random() - 1)),
        mapNumber: BigInt(number), states, fraction, uncertainty: states.map(() => 0.021), scale, background, fit,
      } : {}),
    });
    return [encode("region_spectrum"), toBinary(RegionSpectrumSchema, answer)];
  }
}

export type StatusFields = Partial<Omit<Status, "$typeName" | "$unknown" | "counters">> & { counters?: Partial<Record<string, unknown>> };

export function status(fields: StatusFields): Uint8Array[] {
  const message = create(StatusSchema, { version: 1, state: PipelineState.SCANNING, ...fields, counters: (fields.counters ?? {}) as object });
  return [encode("status"), toBinary(StatusSchema, message)];
}

/** The last state is what the front leaves behind; before it the others follow each other. */
function fill(maps: Maps, pixel: number, size: number, states: number, done: number, error: number): void {
  for (let state = 0; state < states; ++state) {
    const center = state / Math.max(1, states - 1);
    const fraction = states === 1 ? 1 : Math.max(0, 1 - Math.abs(done - center) * (states - 1));
    maps.fraction[state * size + pixel] = maps.mask[pixel] === 0 ? fraction : NaN;
    maps.uncertainty[state * size + pixel] = maps.mask[pixel] === 0 ? error : NaN;
  }
}

/** One number per grain, near 1 at the boundaries between grains. */
function grains(width: number, height: number): Float32Array {
  const random = numbers(7);
  const seeds = Array.from({ length: 90 }, () => [random() * width, random() * height, random() * 0.9] as const);
  const found = new Float32Array(width * height);
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      let nearest = Infinity, second = Infinity, value = 0;
      for (const [sx, sy, grain] of seeds) {
        const distance = (sx - x) ** 2 + (sy - y) ** 2;
        if (distance < nearest) [second, nearest, value] = [nearest, distance, grain];
        else if (distance < second) second = distance;
      }
      found[y * width + x] = Math.sqrt(second) - Math.sqrt(nearest) < 0.004 * width ? 0.95 : value;
    }
  return found;
}
