import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Alarms } from "../../tools/view/page/src/alarms.js";
import { PhaseMapHeaderSchema, PipelineState, ReferenceCheckSchema, StatusSchema } from "../../tools/view/page/src/generated/phasecast_pb.js";
import { receivedEnergies } from "../../tools/view/page/src/received_energies.js";
import { driftingFinals, judgeDrift, judgeReferences, judgeStatus, liesOff, lostFrames, referenceWarnings, StallWatch } from "../../tools/view/page/src/rules.js";
import type { KeptMap } from "../../tools/view/page/src/server.js";
import { median } from "../../tools/view/page/src/summary.js";
import { Zoom } from "../../tools/view/page/src/view/zoom.js";
import { scaleBar } from "../../tools/view/page/src/view/scale_bar.js";
import type { StatusFields } from "./scene.js";

const status = ({ counters = {}, ...fields }: StatusFields) =>
  create(StatusSchema, { version: 1, state: PipelineState.SCANNING, scanId: "a", ...fields, counters: counters as object });
const keysOf = (alarms: Alarms): string[] => alarms.list().map((alarm) => alarm.key);
const finalMap = (residual: number | null, more: Partial<KeptMap> = {}): KeptMap => ({
  map_number: 0, run: 0, scan_id: "s", scan_index: 0, final: true, received_utc_ns: "0", energies_used: 117, metadata: {}, means: [], residual, ...more,
});

test("no loss raises no alarm", () => {
  const alarms = new Alarms(() => {});
  judgeStatus(status({ counters: { received: 100n, duplicate: 3n } }), alarms);
  assert.deepEqual(keysOf(alarms), []);
});

test("each kind of loss raises its own alarm", () => {
  const alarms = new Alarms(() => {});
  judgeStatus(status({ counters: { missing: 1n, late: 1n, unpaired: 1n, foreign: 1n, scansTimedOut: 1n, unregistered: 1n, rejected: { crc: 2n, shape: 1n } } }), alarms);
  assert.deepEqual(keysOf(alarms).sort(), ["foreign", "late", "missing", "rejected crc", "rejected shape", "scansTimedOut", "unpaired", "unregistered"]);
});

test("an acknowledged loss stays quiet until there is more of it", () => {
  const alarms = new Alarms(() => {});
  const missing = (amount: bigint): void => judgeStatus(status({ counters: { missing: amount } }), alarms);
  missing(2n);
  alarms.acknowledge("missing");
  missing(2n);
  assert.deepEqual(keysOf(alarms), []);
  missing(3n);
  assert.deepEqual(keysOf(alarms), ["missing"]);
});

test("a pipeline that starts anew raises its first loss again", () => {
  const alarms = new Alarms(() => {});
  const missing = (amount: bigint): void => judgeStatus(status({ counters: { missing: amount } }), alarms);
  missing(5n);
  alarms.acknowledge("missing");
  missing(0n);
  missing(1n);
  assert.deepEqual(keysOf(alarms), ["missing"]);
});

test("an alarm that was not acknowledged outlives its cause", () => {
  const alarms = new Alarms(() => {});
  judgeStatus(status({ errors: ["disk full"] }), alarms);
  judgeStatus(status({ errors: [] }), alarms);
  assert.deepEqual(keysOf(alarms), ["error disk full"]);
});

test("a sticky error stays acknowledged while it lasts, and is raised again when it comes back", () => {
  const alarms = new Alarms(() => {});
  const errors = (...texts: string[]): void => judgeStatus(status({ errors: texts }), alarms);
  errors("disk full");
  alarms.acknowledgeAll();
  errors("disk full");
  assert.deepEqual(keysOf(alarms), []);
  errors();
  errors("disk full");
  assert.deepEqual(keysOf(alarms), ["error disk full"]);
});

test("a rejected frame that is then missing counts as one lost frame", () => {
  assert.equal(lostFrames(status({ counters: { missing: 2n, rejected: { crc: 2n }, late: 1n } }).counters!), 3);
});

const atSecond = (second: number, received: bigint, fields: StatusFields = {}) =>
  status({ publishedUtcNs: BigInt(second) * 1_000_000_000n, counters: { received }, ...fields });

test("a source that stops within a scan is stalled after ten seconds, and again at its next stop", () => {
  const alarms = new Alarms(() => {});
  const watch = new StallWatch();
  for (const [second, received] of [[0, 0n], [1, 2n], [2, 4n], [11, 4n]] as const) watch.judge(atSecond(second, received), alarms);
  assert.equal(watch.stalledMs, null);
  watch.judge(atSecond(12, 4n), alarms);
  assert.equal(watch.stalledMs, 10_000);
  alarms.acknowledgeAll();
  watch.judge(atSecond(13, 4n), alarms);
  assert.deepEqual(keysOf(alarms), []);
  for (const [second, received] of [[14, 5n], [24, 5n]] as const) watch.judge(atSecond(second, received), alarms);
  assert.equal(keysOf(alarms).length, 1);
});

test("a slow source is not stalled before ten of its usual frames", () => {
  const alarms = new Alarms(() => {});
  const watch = new StallWatch();
  for (const [second, received] of [[0, 0n], [6, 1n], [12, 2n], [18, 3n], [77, 3n]] as const) watch.judge(atSecond(second, received), alarms);
  assert.equal(watch.stalledMs, null);
  watch.judge(atSecond(78, 3n), alarms);
  assert.equal(watch.stalledMs, 60_000);
});

test("silence between scans is no stall", () => {
  const alarms = new Alarms(() => {});
  const watch = new StallWatch();
  for (const second of [0, 100]) watch.judge(atSecond(second, 4n, { state: PipelineState.WAITING }), alarms);
  assert.deepEqual(keysOf(alarms), []);
});

test("drift is a final residual above 1.5 times the median of the finals before", () => {
  const residuals = (...values: number[]): number => driftingFinals(values.map((value) => finalMap(value))).length;
  assert.equal(residuals(0.02, 0.02, 0.0299), 0);
  assert.equal(residuals(0.02, 0.02, 0.0301), 1);
  assert.equal(residuals(0.02, 0.5, 0.02, 0.02), 1);
  assert.equal(residuals(0.02), 0);
});

test("provisional maps, scans with few energies and earlier runs do not count for the drift", () => {
  assert.equal(driftingFinals([finalMap(0.02), finalMap(0.2, { final: false })]).length, 0);
  assert.equal(driftingFinals([finalMap(0.01, { energies_used: 20 }), finalMap(0.02)]).length, 0);
  assert.equal(driftingFinals([finalMap(0.01), finalMap(0.2, { run: 1 })]).length, 0);
});

test("an acknowledged drift is raised again by the next final that drifts", () => {
  const alarms = new Alarms(() => {});
  const maps = [finalMap(0.02), finalMap(0.02), finalMap(0.05)];
  judgeDrift(maps, alarms);
  alarms.acknowledgeAll();
  judgeDrift(maps, alarms);
  assert.deepEqual(keysOf(alarms), []);
  judgeDrift([...maps, finalMap(0.06)], alarms);
  assert.deepEqual(keysOf(alarms), ["drift 0"]);
});

const check = (shiftEv: number[], more: object = {}) =>
  create(ReferenceCheckSchema, { shiftEv, shiftUncertaintyEv: shiftEv.map(() => 0.1), shiftApplied: false, structured: false, ...more });

test("a reference lies off when its shift is over three deviations and over 0.2 eV", () => {
  const exact = check([0.19, 0.21, -0.21], { shiftUncertaintyEv: [0.001, 0.001, 0.001] });
  assert.deepEqual([0, 1, 2].map((state) => liesOff(exact, state)), [false, true, true]);
  assert.deepEqual([0, 1].map((state) => liesOff(check([0.29, 0.31]), state)), [false, true]);
});

test("a warning names the reference, how far it lies off and to which side; a shift that was applied is none", () => {
  assert.deepEqual([...referenceWarnings(check([1.5, -0.4]), ["Ni2+", "Ni3+"]).values()],
    ["The reference of Ni²⁺ seems 1.5 ± 0.1 eV too low", "The reference of Ni³⁺ seems 0.4 ± 0.1 eV too high"]);
  assert.equal(referenceWarnings(check([1.5], { shiftApplied: true }), ["Ni2+"]).size, 0);
  assert.equal(referenceWarnings(check([NaN], { shiftUncertaintyEv: [Infinity] }), ["Ni2+"]).size, 0);
  assert.deepEqual([...referenceWarnings(check([0], { structured: true, residualStructure: 4.21 }), ["Ni2+"]).values()],
    ["The residual has structure, 4.21 times the noise: a reference is wrong or missing"]);
});

test("references that stay wrong stay acknowledged, and are raised again after a final map in which they were right", () => {
  const alarms = new Alarms(() => {});
  const judge = (shiftEv: number, final: boolean): void =>
    judgeReferences(create(PhaseMapHeaderSchema, { states: ["Ni2+"], final, referenceCheck: check([shiftEv]) }), alarms);
  judge(1.5, false);
  assert.deepEqual(keysOf(alarms), ["reference Ni2+"]);
  alarms.acknowledgeAll();
  judge(1.6, true);
  judge(0, false);
  judge(1.5, true);
  assert.deepEqual(keysOf(alarms), []);
  judge(0, true);
  judge(1.5, false);
  assert.deepEqual(keysOf(alarms), ["reference Ni2+"]);
});

test("the median of an even count is the middle of two", () => assert.equal(median([4, 1, 3, 2]), 2.5));

test("zooming keeps the point under the pointer and never leaves the map", () => {
  const zoom = new Zoom(() => {});
  zoom.setMap({ width: 200, height: 100 });
  const panel = { width: 400, height: 200 };
  const onScreen = (x: number): number => zoom.origin(panel).left + x * zoom.pixelSize(panel.width);
  const before = onScreen(60);
  zoom.zoomAt(3, 60, 40);
  assert.ok(Math.abs(onScreen(60) - before) < 1e-9);
  zoom.moveTo(-50, 500);
  assert.deepEqual(zoom.origin(panel).left, 0);
  assert.ok(Math.abs(zoom.origin(panel).top + 100 * zoom.pixelSize(panel.width) - 200) < 1e-9);
  zoom.zoomCenter(1e-6);
  assert.deepEqual([zoom.factor, zoom.x, zoom.y], [1, 100, 50]);
});

test("the scale bar is a round length within a quarter of the panel", () => {
  assert.deepEqual(scaleBar(400, 2, 0.04), { width: 100, text: "2 µm" });
  assert.equal(scaleBar(400, 2, 0).text, "50 px");
  for (let size = 0.1; size < 40; size *= 1.3) {
    const { width } = scaleBar(400, size, 0.04);
    assert.ok(width <= 100 && width > 39, `${width} at ${size}`);
  }
});

test("received energies are those that the map names, or counted when the status is ahead", () => {
  const map = (used: number[]) => ({ header: { scanId: "a", energiesUsed: used } }) as never;
  assert.deepEqual(receivedEnergies(status({ energiesReceived: 2 }), map([0, 5])), [0, 5]);
  assert.deepEqual(receivedEnergies(status({ energiesReceived: 3 }), map([0, 5])), [0, 1, 2]);
  assert.deepEqual(receivedEnergies(status({ energiesReceived: 1, scanId: "b" }), map([0, 5])), [0]);
});
