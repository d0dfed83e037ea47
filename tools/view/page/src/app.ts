/** What happens when: messages, the person's wishes, and who shows what then. */
import { fromBinary } from "@bufbuild/protobuf";
import { Alarms } from "./alarms.js";
import { showAlarms } from "./alarms_view.js";
import { CheckView } from "./check_view.js";
import { Controls } from "./controls.js";
import { showCounters } from "./counters_view.js";
import { byId, setText } from "./dom.js";
import { DriftView } from "./drift_view.js";
import { type ScanStart, ScanEndSchema, ScanStartSchema, ScanStatus, StatusSchema } from "./generated/phasecast_pb.js";
import { Fractions } from "./fractions.js";
import { HistoryView } from "./history_view.js";
import { Link, type LinkReport } from "./link.js";
import { inside, readout, showAdvice, showMapLine } from "./map_line.js";
import { NewestMap } from "./newest_map.js";
import { OneAtATime } from "./one_at_a_time.js";
import { Panels, showEmpty } from "./panels.js";
import { type Box, headerOf, type PhaseMap } from "./protocol.js";
import { receivedEnergies } from "./received_energies.js";
import { ReferencesView } from "./references_view.js";
import { judgeDrift, judgeReferences, judgeStatus, StallWatch } from "./rules.js";
import { fetchReferences, fetchSpectrum, type KeptMap, Unauthorized } from "./server.js";
import { SpectrumView } from "./spectrum_view.js";
import { describe, showStatusLine, type Situation } from "./status_line.js";
import { summarize, whole } from "./summary.js";
import { potentialKey, TimelineView } from "./timeline_view.js";

export class App {
  private readonly situation: Situation = { report: null, status: null, aborted: null, stalledMs: null, unauthorized: false };
  private readonly alarms = new Alarms((alarms) => showAlarms(alarms, (key) => this.alarms.acknowledge(key)));
  private readonly stall = new StallWatch();
  private readonly newest = new NewestMap((map) => this.takeMap(map), (error) => this.tell(error));
  private readonly controls = new Controls(this);
  readonly panels = new Panels(this.controls.look, {
    pick: (box) => this.choose(box),
    hover: (x, y) => setText(byId("readout"), this.map ? readout(this.map, x, y) : ""),
    leave: () => setText(byId("readout"), ""),
  });
  readonly history = new HistoryView((map, kept) => this.showMap(map, kept), () => this.showLive(), (error) => this.tell(error));
  private readonly referencesView = new ReferencesView();
  private readonly checkView = new CheckView();
  private readonly driftView = new DriftView();
  readonly spectrumView = new SpectrumView();
  readonly timeline = new TimelineView((kept) => this.history.pick(kept));

  /** the map on the screen */
  map: PhaseMap | null = null;
  private live: PhaseMap | null = null;
  private scan: ScanStart | null = null;
  selection: Box | null = null;
  private readonly fractions = new Fractions();
  private spectrumOf = "";

  /** what could not be done, until it can */
  private readonly faults = new Map<"history" | "other", string>();

  private readonly keptRequest = new OneAtATime(() => this.loadHistory(), (error) => this.tell(error, "history"));
  private readonly spectrumRequest = new OneAtATime(() => this.loadSpectrum(), (error) => this.spectrumView.explain(error.message));
  private readonly referencesRequest = new OneAtATime(
    async () => this.referencesView.show(await fetchReferences()), (error) => this.referencesView.explain(error.message));

  constructor() {
    this.refresh();
    new Link({
      link: (report) => this.takeLink(report),
      message: (topic, parts) => this.takeMessage(topic, parts),
      fault: (error) => this.tell(error),
    });
    this.keptRequest.wish();
  }

  alarmsAcknowledged(): void {
    this.alarms.acknowledgeAll();
  }

  choose(box: Box | null): void {
    this.selection = box && this.map ? inside(box, this.map) : null;
    this.fractions.ofRegion = null;
    this.spectrumOf = "";
    this.panels.select(this.selection);
    this.spectrumView.choose(this.selection);
    this.controls.setRegion(this.selection);
    if (this.selection) {
      this.spectrumRequest.wish();
      this.keptRequest.wish();
    }
    this.showTimeline();
  }

  /** The look of the maps changed. */
  repaint(): void {
    if (this.map) this.panels.paint(summarize(this.map, whole(this.map)));
  }

  showTimeline(): void {
    const region = this.controls.ofRegion ? this.selection : null;
    this.timeline.explain(region && !this.fractions.ofRegion ? "asking the server for the region's history …" : "");
    const points = this.fractions.points(region, this.live, this.live ? this.metadataOf(this.live) : {});
    this.timeline.show(points, this.live?.header.states ?? this.fractions.kept.states, this.controls.against, this.history.shown);
  }

  private takeLink(report: LinkReport): void {
    const isNew = report.link !== this.situation.report?.link;
    this.situation.report = report;
    if (report.link === "connected" && isNew) {
      this.referencesRequest.wish();
      this.keptRequest.wish();
    }
    if (report.link === "unreachable") this.keptRequest.wish(); // tells a wrong token from a server that is gone
    if (report.link !== "connected") this.situation.stalledMs = null;
    this.refresh();
  }

  private takeMessage(topic: string, parts: Uint8Array[]): void {
    if (topic === "phase_map") this.newest.offer(parts);
    else if (topic === "status") this.takeStatus(headerOf(parts));
    else if (topic === "scan_start") this.takeScanStart(fromBinary(ScanStartSchema, headerOf(parts)));
    else if (topic === "scan_end") {
      const end = fromBinary(ScanEndSchema, headerOf(parts));
      if (end.status === ScanStatus.ABORTED) this.situation.aborted = end.reason;
    }
    this.refresh();
  }

  private takeScanStart(scan: ScanStart): void {
    if (scan.scanId === this.scan?.scanId) return;
    this.scan = scan;
    this.situation.aborted = null;
    this.referencesRequest.wish();
  }

  private takeStatus(header: Uint8Array): void {
    const status = fromBinary(StatusSchema, header);
    this.situation.status = status;
    this.stall.judge(status, this.alarms);
    this.situation.stalledMs = this.stall.stalledMs;
    judgeStatus(status, this.alarms);
    this.driftView.show(status, this.energiesOf(status.scanId));
    if (this.keptRequest.stale) this.keptRequest.wish();
    if (this.referencesRequest.stale) this.referencesRequest.wish();
    this.renewSpectrum();
  }

  /** Asks again once the data behind the spectrum have changed. */
  private renewSpectrum(): void {
    const { status } = this.situation;
    const state = `${status?.scanId} ${status?.energiesReceived} ${this.live?.header.mapNumber}`;
    if (!this.selection || (state === this.spectrumOf && !this.spectrumRequest.stale)) return;
    this.spectrumOf = state;
    this.spectrumRequest.wish();
  }

  private takeMap(map: PhaseMap): void {
    this.live = map;
    judgeReferences(map.header, this.alarms);
    if (map.header.final && map.header.scanStatus === ScanStatus.ABORTED && map.header.scanId === this.scan?.scanId)
      this.situation.aborted ??= "";
    if (!this.history.shown) this.showMap(map, null);
    if (map.header.final) {
      this.keptRequest.wish();
      this.renewSpectrum();
    }
    this.showTimeline();
    this.refresh();
  }

  private energiesOf(scanId: string): number[] | null {
    if (this.scan?.scanId === scanId) return this.scan.energiesEv;
    return this.live?.header.scanId === scanId ? this.live.header.energiesEv : null;
  }

  private metadataOf(live: PhaseMap): Record<string, string> {
    return this.scan?.scanId === live.header.scanId ? this.scan.metadata : {};
  }

  private showLive(): void {
    this.settle("other");
    if (this.live) this.showMap(this.live, null);
    this.keptRequest.wish();
  }

  private showMap(map: PhaseMap, kept: KeptMap | null): void {
    const first = this.map === null;
    this.map = map;
    if (first || kept) this.settle("other");
    if (first) this.refresh();
    const summary = summarize(map, whole(map));
    this.panels.show(map, summary);
    const metadata = kept?.metadata ?? this.metadataOf(map);
    showAdvice(map);
    this.checkView.show(map);
    showMapLine({ map, summary, potential: metadata[potentialKey], fromHistory: kept !== null });
    if (this.selection && !inside(this.selection, map)) this.choose(null);
    if (kept) this.showTimeline();
  }

  private async loadHistory(): Promise<void> {
    await this.fractions.load(() => this.selection);
    this.situation.unauthorized = false;
    this.settle("history");
    this.history.setMaps(this.fractions.kept.maps);
    judgeDrift(this.fractions.kept.maps, this.alarms);
    this.showTimeline();
    this.refresh();
  }

  private async loadSpectrum(): Promise<void> {
    const region = this.selection;
    if (!region) return;
    const answer = await fetchSpectrum(region);
    if (region === this.selection) this.spectrumView.show(answer);
  }

  tell(error: Error, about: "history" | "other" = "other"): void {
    if (error instanceof Unauthorized) this.situation.unauthorized = true;
    else this.faults.set(about, error.message);
    this.showFaults();
    this.refresh();
  }

  private settle(about: "history" | "other"): void {
    this.faults.delete(about);
    this.showFaults();
  }

  private showFaults(): void {
    setText(byId("message"), [...this.faults.values()].join("; "));
  }

  private refresh(): void {
    const { situation } = this;
    showStatusLine(situation);
    if (situation.status) showCounters(situation.status, this.newest.counters);
    document.body.dataset["link"] = situation.report?.link ?? "opening";
    const words = describe(situation);
    const waiting = situation.report?.link === "connected" && !situation.unauthorized;
    const empty = waiting ? { title: "No map yet", text: situation.status?.note || "the first one comes a few energies into the scan" } : words;
    showEmpty(this.map ? null : empty.title, empty.text);
    this.referencesView.setReceived(receivedEnergies(situation.status, this.live), situation.status?.energiesPlanned ?? 0);
  }
}
