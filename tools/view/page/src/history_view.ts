/** Scrubbing back through the kept maps; the right end of the slider is live. */
import { byId, setText } from "./dom.js";
import { clock, milliseconds, plural } from "./format.js";
import type { PhaseMap } from "./protocol.js";
import { fetchMap, type KeptMap } from "./server.js";
import { potentialKey } from "./timeline_view.js";

export class HistoryView {
  private readonly slider = byId<HTMLInputElement>("scrub");
  private maps: KeptMap[] = [];
  private wanted: AbortController | null = null;
  /** null: live */
  shown: KeptMap | null = null;

  constructor(
    private readonly show: (map: PhaseMap, kept: KeptMap) => void,
    private readonly live: () => void,
    private readonly failed: (error: Error) => void,
  ) {
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value)));
    byId("live").addEventListener("click", () => this.goLive());
  }

  setMaps(maps: KeptMap[]): void {
    this.maps = maps;
    this.mark();
  }

  step(by: number): void {
    this.goTo(Math.max(0, Math.min(this.maps.length, this.index() + by)));
  }

  goOldest(): void {
    this.goTo(0);
  }

  goLive(): void {
    this.wanted?.abort();
    this.shown = null;
    this.mark();
    this.live();
  }

  pick(kept: KeptMap): void {
    const index = this.maps.findIndex((each) => each.run === kept.run && each.map_number === kept.map_number);
    this.goTo(index < 0 ? this.maps.length : index);
  }

  private index(): number {
    const { shown } = this;
    if (!shown) return this.maps.length;
    const index = this.maps.findIndex((each) => each.run === shown.run && each.map_number === shown.map_number);
    return index < 0 ? 0 : index;
  }

  private goTo(index: number): void {
    const kept = this.maps[index];
    if (!kept) return this.goLive();
    this.wanted?.abort();
    const wanted = (this.wanted = new AbortController());
    this.shown = kept;
    this.mark();
    fetchMap(kept, wanted.signal).then(
      (map) => wanted.signal.aborted || this.show(map, kept),
      (error: Error) => wanted.signal.aborted || this.failed(error),
    );
  }

  private mark(): void {
    this.slider.max = String(this.maps.length);
    this.slider.value = String(this.index());
    this.slider.disabled = this.maps.length === 0;
    const { shown } = this;
    byId("live").dataset["mood"] = shown ? "warn" : this.maps.length > 0 ? "good" : "idle";
    setText(byId("live"), shown ? "Back to live" : "Live");
    setText(byId("scrub-text"), shown ? describe(shown) : this.maps.length > 0 ? `${plural(this.maps.length, "map")} kept` : "no map kept yet");
    this.slider.setAttribute("aria-valuetext", shown ? describe(shown) : "live");
  }
}

export function describe(kept: KeptMap): string {
  const potential = kept.metadata[potentialKey];
  const words = [`scan ${kept.scan_index}`, kept.final ? "final" : "provisional", clock(milliseconds(kept.received_utc_ns))];
  if (potential !== undefined) words.push(`${potential} V`);
  return words.join(" · ");
}
