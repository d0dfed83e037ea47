/** Keeps only the newest map until the browser is ready to draw; decoding waits for that moment too. */
import { decodeMap, type PhaseMap } from "./protocol.js";
import type { PageCounters } from "./counters_view.js";

export class NewestMap {
  readonly counters: PageCounters = { mapsReceived: 0, mapsDrawn: 0, mapsReplaced: 0 };
  private waiting: Uint8Array[] | null = null;

  constructor(private readonly draw: (map: PhaseMap) => void, private readonly fault: (error: Error) => void) {}

  offer(parts: Uint8Array[]): void {
    ++this.counters.mapsReceived;
    const scheduled = this.waiting !== null;
    this.waiting = parts;
    if (scheduled) {
      ++this.counters.mapsReplaced;
      return;
    }
    requestAnimationFrame(() => {
      const newest = this.waiting!;
      this.waiting = null;
      try {
        const map = decodeMap(newest);
        ++this.counters.mapsDrawn;
        this.draw(map);
      } catch (error) {
        this.fault(error as Error);
      }
    });
  }
}
