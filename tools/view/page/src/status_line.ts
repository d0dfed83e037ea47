/** The line on top: is it running, is anything lost. */
import { byId, setText } from "./dom.js";
import { count, short } from "./format.js";
import { PipelineState, type Status } from "./generated/phasecast_pb.js";
import type { LinkReport } from "./link.js";
import { lostFrames, rejectedCount } from "./rules.js";

export interface Situation {
  report: LinkReport | null;
  status: Status | null;
  /** why the newest scan was aborted, until the next one starts */
  aborted: string | null;
  stalledMs: number | null;
  unauthorized: boolean;
}

type Mood = "good" | "idle" | "warn" | "bad";

export interface Words {
  mood: Mood;
  title: string;
  text: string;
}

const linkWords: Record<Exclude<LinkReport["link"], "connected">, [Mood, string]> = {
  absent: ["idle", "No pipeline yet"],
  silent: ["bad", "Pipeline silent"],
  lost: ["bad", "Connection lost"],
  wrong: ["bad", "Not a pipeline"],
  unreachable: ["bad", "View server lost"],
};

function describeStatus(status: Status, { aborted, stalledMs }: Situation): Words {
  const scan = status.scanId ? `scan ${status.scanIndex}` : "";
  const energies = `${scan} · ${status.energiesReceived} of ${status.energiesPlanned} energies`;
  if (stalledMs !== null)
    return { mood: "warn", title: "Stalled", text: `${energies} · no frame for ${Math.round(stalledMs / 1000)} s` };
  switch (status.state) {
    case PipelineState.SCANNING: return { mood: "good", title: "Running", text: energies };
    case PipelineState.SOLVING: return { mood: "good", title: "Solving", text: energies };
    case PipelineState.STOPPING: return { mood: "warn", title: "Stopping", text: status.note };
    default:
      if (aborted !== null) return { mood: "warn", title: "Scan aborted", text: aborted || energies };
      return { mood: "idle", title: "Waiting", text: scan ? `for the next scan; ${scan} is done` : "for the first scan" };
  }
}

export function describe(situation: Situation): Words {
  const { report, status } = situation;
  if (situation.unauthorized) return { mood: "bad", title: "No access", text: "token missing or wrong" };
  if (!report) return { mood: "idle", title: "Connecting", text: "" };
  if (report.link !== "connected") {
    const [mood, title] = linkWords[report.link];
    return { mood, title, text: report.text };
  }
  if (!status) return { mood: "idle", title: "Connected", text: "no status yet" };
  return describeStatus(status, situation);
}

function rates(status: Status): string {
  const latency = status.latencyP95Ms === undefined ? "" : ` · latency ${Math.round(status.latencyP95Ms)} ms (p95)`;
  return `${short(status.framesPerSecond)} frames/s${latency}`;
}

export function showStatusLine(situation: Situation): void {
  const { mood, title, text } = describe(situation);
  const status = situation.status;
  byId("status").dataset["mood"] = mood;
  setText(byId("state"), title);
  setText(byId("state-text"), text);
  const done = status && status.energiesPlanned > 0 ? status.energiesReceived / status.energiesPlanned : 0;
  byId("progress").style.setProperty("--done", `${100 * done}%`);
  setText(byId("rates"), status ? rates(status) : "");

  const counters = status?.counters;
  const lost = counters ? lostFrames(counters) : null;
  byId("loss").dataset["mood"] = lost === null ? "idle" : lost > 0 ? "bad" : "good";
  setText(byId("lost"), lost === null ? "–" : count(lost));
  const details: [number | bigint, string][] = counters
    ? [[counters.missing, "missing"], [rejectedCount(counters), "rejected"], [counters.late, "late"], [counters.unpaired, "unpaired"]]
    : [];
  const some = details.filter(([amount]) => Number(amount) > 0).map(([amount, name]) => `${count(amount)} ${name}`);
  setText(byId("lost-text"), some.join(" · ") || (counters ? `of ${count(counters.received)} received` : ""));
}
