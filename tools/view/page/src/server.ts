/** What the page asks the view server for. */
import { fromBinary } from "@bufbuild/protobuf";
import {
  Command,
  ControlReplySchema,
  type References,
  ReferencesSchema,
  type RegionSpectrum,
  RegionSpectrumSchema,
} from "./generated/phasecast_pb.js";
import { type Box, controlRequest, decodeMap, headerOf, type PhaseMap } from "./protocol.js";
import { frame, topicOf, unframe } from "./wire.js";

export interface KeptMap {
  map_number: number;
  run: number;
  scan_id: string;
  scan_index: number;
  final: boolean;
  received_utc_ns: string;
  energies_used: number;
  metadata: Record<string, string>;
  means: (number | null)[];
  residual: number | null;
}

export interface History {
  maps: KeptMap[];
  states: string[];
}

export class Unauthorized extends Error {}

const token = new URLSearchParams(location.search).get("token");

export function address(path: string, parameters: Record<string, string | number> = {}): string {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  if (token) url.searchParams.set("token", token);
  return url.href;
}

async function ask(path: string, parameters: Record<string, string | number>, request: RequestInit): Promise<Response> {
  const response = await fetch(address(path, parameters), request);
  if (response.status === 401) throw new Unauthorized("token missing or wrong");
  if (!response.ok) throw new Error((await response.text()) || `${path}: ${response.status} ${response.statusText}`);
  return response;
}

export async function fetchHistory(region: Box | null): Promise<History> {
  return (await ask("/history", { ...(region ?? {}) }, {})).json() as Promise<History>;
}

export async function fetchMap(kept: KeptMap, signal: AbortSignal): Promise<PhaseMap> {
  const response = await ask(`/maps/${kept.run}/${kept.map_number}`, {}, { signal });
  return decodeMap(unframe(await response.arrayBuffer()));
}

async function control(topic: string, request: Uint8Array[]): Promise<Uint8Array> {
  const response = await ask("/control", {}, { method: "POST", body: frame(request) });
  const parts = unframe(await response.arrayBuffer());
  const reply = fromBinary(ControlReplySchema, headerOf(parts));
  if (!reply.ok) throw new Error(reply.text || "the pipeline refused without a reason");
  const answer = parts.slice(2);
  if (topicOf(answer) !== topic) throw new Error(`the pipeline answered ${topicOf(answer)}, expected ${topic}`);
  return headerOf(answer);
}

export async function fetchReferences(): Promise<References> {
  return fromBinary(ReferencesSchema, await control("references", controlRequest(Command.GET_REFERENCES)));
}

export async function fetchSpectrum(region: Box): Promise<RegionSpectrum> {
  const answer = await control("region_spectrum", controlRequest(Command.GET_REGION_SPECTRUM, region));
  return fromBinary(RegionSpectrumSchema, answer);
}
