/** Typed messages out of the parts of messages/README.md; phasecast.proto describes the headers. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type Command,
  ControlRequestSchema,
  LayerKind,
  type PhaseMapHeader,
  PhaseMapHeaderSchema,
  RegionSchema,
} from "./generated/phasecast_pb.js";

export const protocolVersion = 1;

/** Columns x to x + width - 1, rows y to y + height - 1. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PhaseMap {
  header: PhaseMapHeader;
  width: number;
  height: number;
  /** [state, y, x], like uncertainty */
  fraction: Float32Array;
  uncertainty: Float32Array;
  /** [y, x], like residual and mask */
  scale: Float32Array;
  residual: Float32Array;
  /** 0 valid, 1 no element here, 2 bad pixel */
  mask: Uint8Array;
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export function headerOf(parts: Uint8Array[]): Uint8Array {
  const header = parts[1];
  if (!header) throw new Error("a message without a header part");
  return header;
}

export function decodeMap(parts: Uint8Array[]): PhaseMap {
  const header = fromBinary(PhaseMapHeaderSchema, headerOf(parts));
  if (!header.shape) throw new Error("phase_map: shape is absent");
  const { width, height } = header.shape;
  const layer = (kind: LayerKind, count: number, bytes: number): Uint8Array => {
    const part = parts[2 + header.layers.findIndex((each) => each.kind === kind)];
    const expected = count * width * height * bytes;
    if (part?.length !== expected)
      throw new Error(`phase_map: layer ${LayerKind[kind]} has ${part?.length} bytes, expected ${expected}`);
    return part;
  };
  const floats = (kind: LayerKind, count: number): Float32Array => {
    const part = layer(kind, count, 4);
    return new Float32Array(part.buffer, part.byteOffset, part.length / 4);
  };
  const states = header.states.length;
  return {
    header,
    width,
    height,
    fraction: floats(LayerKind.FRACTION, states),
    uncertainty: floats(LayerKind.UNCERTAINTY, states),
    scale: floats(LayerKind.SCALE, 1),
    residual: floats(LayerKind.RESIDUAL, 1),
    mask: layer(LayerKind.MASK, 1, 1),
  };
}

export function controlRequest(command: Command, region?: Box): Uint8Array[] {
  const request = create(ControlRequestSchema, { version: protocolVersion, command });
  if (region) request.region = create(RegionSchema, region);
  return [encode("control_request"), toBinary(ControlRequestSchema, request)];
}
