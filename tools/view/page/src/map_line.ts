/** One line about the map on the screen: final or not, of which scan, how sure. */
import { byId, setText } from "./dom.js";
import { clock, milliseconds, percent } from "./format.js";
import { ScanStatus } from "./generated/phasecast_pb.js";
import type { Box, PhaseMap } from "./protocol.js";
import type { Summary } from "./summary.js";

export interface Shown {
  map: PhaseMap;
  summary: Summary;
  potential: string | undefined;
  fromHistory: boolean;
}

export function showMapLine({ map, summary, potential, fromHistory }: Shown): void {
  const { header } = map;
  const aborted = header.scanStatus === ScanStatus.ABORTED;
  const badge = byId("badge");
  badge.hidden = false;
  badge.dataset["mood"] = !header.final ? "warn" : aborted ? "bad" : "good";
  setText(badge, !header.final ? "Provisional" : aborted ? "Final, aborted" : "Final");
  const words = [
    `scan ${header.scanIndex}`,
    `map ${header.mapNumber}`,
    `${header.energiesUsed.length} of ${header.energiesEv.length} energies`,
    clock(milliseconds(header.receivedUtcNs)),
  ];
  if (potential !== undefined) words.push(`${potential} V`);
  words.push(header.method);
  if (header.final && !header.converged) words.push("not converged");
  if (summary.uncertainty !== null) words.push(`± ${percent(summary.uncertainty)} per pixel`);
  setText(byId("map-text"), words.join(" · "));
  byId("history-badge").hidden = !fromHistory;
}

/** What more energies would bring; Advice of messages/README.md. */
export function showAdvice({ header }: PhaseMap): void {
  const { advice } = header;
  byId("advice").hidden = !advice;
  if (!advice) return;
  byId("enough").hidden = !advice.enough;
  const words: string[] = [];
  if (advice.uncertainty !== undefined) words.push(`± ${percent(advice.uncertainty)} now`);
  if (advice.uncertaintyPlanned !== undefined)
    words.push(`± ${percent(advice.uncertaintyPlanned)} with all ${header.energiesEv.length} energies`);
  if (advice.nextEnergyEv !== undefined) {
    const after = advice.uncertaintyNext === undefined ? "" : `, ± ${percent(advice.uncertaintyNext)}`;
    words.push(`next ${advice.nextEnergyEv.toFixed(1)} eV${after}`);
  }
  setText(byId("advice-text"), words.join(" · "));
}

export function readout(map: PhaseMap, x: number, y: number): string {
  if (x < 0 || y < 0 || x >= map.width || y >= map.height) return "";
  const size = map.mask.length;
  const pixel = y * map.width + x;
  if (map.mask[pixel] === 1) return `${x}, ${y}: no element here`;
  if (map.mask[pixel] === 2) return `${x}, ${y}: bad pixel`;
  const states = map.header.states.map((name, state) =>
    `${name} ${percent(map.fraction[state * size + pixel]!)} ± ${percent(map.uncertainty[state * size + pixel]!)}`);
  return `${x}, ${y}: ${states.join(" · ")} · scale ${map.scale[pixel]!.toFixed(3)} · residual ${map.residual[pixel]!.toFixed(3)}`;
}

/** The box cut to the map; null where nothing is left, as after a change of the map's size. */
export function inside(box: Box, map: PhaseMap): Box | null {
  const width = Math.min(box.width, map.width - box.x);
  const height = Math.min(box.height, map.height - box.y);
  return width > 0 && height > 0 ? { ...box, width, height } : null;
}
