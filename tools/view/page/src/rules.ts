/** When to raise which alarm. */
import type { Alarms } from "./alarms.js";
import { type Counters, type PhaseMapHeader, PipelineState, type ReferenceCheck, type Status } from "./generated/phasecast_pb.js";
import { chemical, milliseconds, plural, short, signed } from "./format.js";
import type { KeptMap } from "./server.js";
import { median } from "./summary.js";

export const rejectedCount = (counters: Counters): number =>
  Object.values(counters.rejected).reduce((sum, each) => sum + Number(each), 0);

/** Frames that are in no map; a rejected one is missing too once its scan closes, so the larger of the two counts. */
export const lostFrames = (counters: Counters): number =>
  Math.max(Number(counters.missing), rejectedCount(counters)) + Number(counters.late) + Number(counters.unpaired);

const losses: [keyof Counters & ("missing" | "late" | "unpaired" | "foreign" | "scansTimedOut" | "unregistered"), string, string][] = [
  ["missing", "frame", "missing: never arrived before the scan closed"],
  ["late", "frame", "late: recorded, but not in the map"],
  ["unpaired", "frame", "unpaired: flat or dark never came"],
  ["foreign", "frame", "foreign: of a scan that is not open"],
  ["scansTimedOut", "scan", "closed on silence: the end never came"],
  ["unregistered", "image", "unregistered: the drift could not be trusted"],
];

export function judgeStatus(status: Status, alarms: Alarms): void {
  const { counters } = status;
  if (!counters) return;
  for (const [name, noun, text] of losses) {
    const amount = Number(counters[name]);
    alarms.raise(name, amount, `${plural(amount, noun)} ${text}`);
  }
  for (const [cause, amount] of Object.entries(counters.rejected))
    alarms.raise(`rejected ${cause}`, Number(amount), `${plural(amount, "message")} rejected: ${cause}`);
  for (const error of status.errors) alarms.raise(`error ${error}`, 1, error);
  alarms.forget("error ", new Set(status.errors.map((error) => `error ${error}`)));
}

const shortestStallMs = 10_000;
const stallInFrames = 10;

/** Notices a source that stops in the middle of a scan, by the times that the pipeline itself states. */
export class StallWatch {
  private scan = "";
  private received = 0n;
  private changedMs = 0;
  /** per frame, each time that some came */
  private intervalsMs: number[] = [];
  stalledMs: number | null = null;

  judge(status: Status, alarms: Alarms): void {
    const now = milliseconds(status.publishedUtcNs);
    this.count(status.scanId, status.counters?.received ?? 0n, now);
    const silentMs = now - this.changedMs;
    const usualMs = this.intervalsMs.length > 0 ? median(this.intervalsMs) : 0;
    const limitMs = Math.max(shortestStallMs, stallInFrames * usualMs);
    this.stalledMs = status.state === PipelineState.SCANNING && silentMs >= limitMs ? silentMs : null;
    if (this.stalledMs === null) return;
    const waits = status.note ? `; ${status.note}` : "";
    alarms.raise(`stall ${this.scan} ${this.received}`, 1,
      `Source stalled: no frame for ${Math.round(limitMs / 1000)} s or more in scan ${status.scanIndex}${waits}`);
  }

  private count(scan: string, received: bigint, now: number): void {
    const frames = Number(received - this.received);
    if (scan === this.scan && frames > 0) this.intervalsMs = [...this.intervalsMs.slice(-99), (now - this.changedMs) / frames];
    if (scan !== this.scan) this.intervalsMs = [];
    if (scan !== this.scan || frames !== 0) this.changedMs = now;
    this.scan = scan;
    this.received = received;
  }
}

const driftFactor = 1.5;

/** Finals whose references no longer explain the data, of the newest run; few energies do not count. */
export function driftingFinals(maps: KeptMap[]): { map: KeptMap; usual: number }[] {
  const run = maps.at(-1)?.run;
  const finals = maps.filter((map) => map.final && map.run === run && map.residual !== null);
  const most = Math.max(...finals.map((map) => map.energies_used));
  const whole = finals.filter((map) => 2 * map.energies_used >= most);
  return whole.flatMap((map, index) => {
    if (index === 0) return [];
    const usual = median(whole.slice(0, index).map((before) => before.residual!));
    return map.residual! > driftFactor * usual ? [{ map, usual }] : [];
  });
}

export function judgeDrift(maps: KeptMap[], alarms: Alarms): void {
  const run = maps.at(-1)?.run;
  if (run === undefined) return;
  const drifting = driftingFinals(maps);
  const newest = drifting.at(-1);
  if (!newest) return;
  const { map, usual } = newest;
  alarms.raise(`drift ${run}`, drifting.length,
    `The references explain the data less and less: residual ${short(map.residual!)} in scan ${map.scan_index}, ` +
    `${short(map.residual! / usual)} times the median before (${short(usual)})`);
}

const deviations = 3;
/** a tenth of what lies between two valence states */
const leastShiftEv = 0.2;

/** As worth_saying() of stages/reference_check.hpp. */
export const liesOff = ({ shiftEv, shiftUncertaintyEv }: ReferenceCheck, state: number): boolean =>
  Math.abs(shiftEv[state]!) > Math.max(leastShiftEv, deviations * shiftUncertaintyEv[state]!);

/** With the digits that its uncertainty leaves. */
export function shiftText(shiftEv: number, uncertaintyEv: number): string {
  if (Number.isNaN(shiftEv)) return "cannot be told";
  const digits = uncertaintyEv < 0.05 ? 2 : 1;
  return `${signed(shiftEv, digits)} ± ${uncertaintyEv.toFixed(digits)} eV`;
}

/** By alarm: references that lie off and were not put right, and a residual that is more than noise. */
export function referenceWarnings(check: ReferenceCheck, states: string[]): Map<string, string> {
  const warnings = new Map<string, string>();
  states.forEach((name, state) => {
    if (check.shiftApplied || !liesOff(check, state)) return;
    const shift = check.shiftEv[state]!;
    const size = shiftText(Math.abs(shift), check.shiftUncertaintyEv[state]!).slice(1);
    warnings.set(`reference ${name}`, `The reference of ${chemical(name)} seems ${size} too ${shift > 0 ? "low" : "high"}`);
  });
  if (check.structured) {
    const times = check.residualStructure === undefined ? "" : `, ${short(check.residualStructure)} times the noise`;
    warnings.set("reference", `The residual has structure${times}: a reference is wrong or missing`);
  }
  return warnings;
}

/** Any map may raise; an acknowledged one is raised again only after a final map without it. */
export function judgeReferences({ referenceCheck, states, final }: PhaseMapHeader, alarms: Alarms): void {
  const warnings = referenceCheck ? referenceWarnings(referenceCheck, states) : new Map<string, string>();
  for (const [key, text] of warnings) alarms.raise(key, 1, text);
  if (final) alarms.forget("reference", new Set(warnings.keys()));
}
