/** The fractions of the kept maps and the live one, of the whole sample or of a region. */
import type { Box, PhaseMap } from "./protocol.js";
import { fetchHistory, type History } from "./server.js";
import { summarize, whole } from "./summary.js";
import { keptOf, type TimelinePoint } from "./timeline_view.js";

export class Fractions {
  kept: History = { maps: [], states: [] };
  /** null until the server has answered for the region that is chosen now */
  ofRegion: History | null = null;

  /** `current` tells the region that is chosen once the server has answered. */
  async load(current: () => Box | null): Promise<void> {
    const region = current();
    this.kept = await fetchHistory(null);
    const ofRegion = region && (await fetchHistory(region));
    if (region === current()) this.ofRegion = ofRegion;
  }

  /** All finals, and the live map while its scan has no final yet. */
  points(region: Box | null, live: PhaseMap | null, metadata: Record<string, string>): TimelinePoint[] {
    const maps = (region ? this.ofRegion : this.kept)?.maps ?? [];
    const points = maps.filter((map) => map.final).map((kept) => ({ kept, means: kept.means }));
    const isKept = this.kept.maps.some((map) => map.final && map.scan_id === live?.header.scanId);
    if (live && !isKept) points.push({ kept: keptOf(live, metadata), means: summarize(live, region ?? whole(live)).means });
    return points;
  }
}
