import type { Status } from "./generated/phasecast_pb.js";
import type { PhaseMap } from "./protocol.js";

/**
 * Which of the scan's energies have arrived. The newest map names them; the status, which is ahead of the map,
 * only counts them, and then they are the first ones: energies are numbered as they are measured.
 */
export function receivedEnergies(status: Status | null, live: PhaseMap | null): number[] {
  const named = live && live.header.scanId === status?.scanId ? live.header.energiesUsed : [];
  const counted = status?.energiesReceived ?? 0;
  return counted > named.length ? Array.from({ length: counted }, (_, index) => index) : named;
}
