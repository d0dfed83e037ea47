import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import type { Drift } from "../../tools/view/page/src/generated/phasecast_pb.js";
import { open, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";

let server: MockServer, page: Page, experiment: Experiment;
beforeEach(async () => {
  server = new MockServer();
  await server.start();
  experiment = new Experiment(server);
  page = await open(server.url);
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});
after(quit);

const drifted = (energyIndex: number, x: number, y: number, trusted = true): Drift =>
  ({ energyIndex, x, y, magnification: 1 + 1e-3 * energyIndex, quality: trusted ? 0.9 : 0.1, trusted }) as Drift;

const advice = { uncertainty: 0.031, uncertaintyPlanned: 0.028, nextEnergyEv: 8351, uncertaintyNext: 0.0304, enough: false };
const wrong = {
  shiftEv: [1.5, 0.02], shiftUncertaintyEv: [0.1, 0.08], shiftApplied: false, residualStructure: 4.2,
  residualEv: [8180, 8330, 8350, 8400], residual: [0, 0.01, -0.02, 0.001], structured: true,
};
const right = { ...wrong, shiftEv: [0.05, 0.02], residualStructure: 1.02, structured: false };

/** How many of a chart's pixels are red, and nothing else on it is. */
const redPixels = (id: string): Promise<number> =>
  page.evaluate((chart) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`#${chart} canvas`)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at]! > 100 && data[at]! > 1.5 * data[at + 1]!) ++count;
    return count;
  }, id);

const moodOf = (selector: string): Promise<string | null> => page.locator(selector).getAttribute("data-mood");

test("the drift of the scan is drawn, and its newest applied values are told", async () => {
  experiment.start(3);
  experiment.publish({ scan: 3, final: false, used: 3 });
  experiment.status({});
  await sees(page, "map-text", "3 of 117");
  assert.equal(await page.isVisible("#drift-section"), false);
  experiment.status({ drift: [drifted(0, 0, 0), drifted(1, 0.5, -0.2), drifted(2, 1.254, -0.4)] });
  await sees(page, "drift-now", "x +1.25 pxy −0.40 pxsize +2.00 ‰");
  await page.locator("#drift canvas").waitFor();
  await page.locator("#magnification canvas").waitFor();
  assert.equal(await page.textContent("#drift-text"), "");
  assert.equal(await redPixels("drift"), 0);
});

test("an energy whose drift was flagged is marked, counted and alarmed, and its drift is not told as if it were true", async () => {
  experiment.start(3);
  experiment.publish({ scan: 3, final: false, used: 3 });
  experiment.status({ drift: [drifted(0, 0, 0), drifted(1, 1.5, -0.2), drifted(2, 40, 40, false)], counters: { unregistered: 1n } });
  await sees(page, "drift-now", "x +1.50 pxy −0.20 px");
  await sees(page, "drift-text", "1 image of 3 flagged: not aligned");
  await sees(page, "alarms", "1 image unregistered: the drift could not be trusted");
  assert.equal(await page.locator('[data-counter="map/unregistered energies"] dd').textContent(), "1");
  assert.ok((await redPixels("drift")) > 20);
});

test("the drift of a scan whose energies are not known is not drawn", async () => {
  experiment.status({ scanId: "another", drift: [drifted(0, 1, 1)], counters: { received: 5n } });
  await sees(page, "lost-text", "of 5 received");
  assert.equal(await page.isVisible("#drift-section"), false);
});

test("the advice says how sure the map is, how sure it will be, and which energy is next", async () => {
  experiment.publish({ scan: 0, final: false, used: 20 });
  await sees(page, "map-text", "20 of 117");
  assert.equal(await page.isVisible("#advice"), false);
  experiment.publish({ scan: 0, final: false, used: 21, advice });
  await sees(page, "advice-text", "± 3.1 % now · ± 2.8 % with all 117 energies · next 8351.0 eV, ± 3.0 %");
  assert.equal(await page.isVisible("#enough"), false);
  experiment.publish({ scan: 0, final: true, used: 117, advice: { uncertainty: 0.028, uncertaintyPlanned: 0.028, enough: true } });
  await sees(page, "advice-text", "± 2.8 % now · ± 2.8 % with all 117 energies");
  assert.ok(!(await page.textContent("#advice-text"))!.includes("next"));
  assert.ok(await page.isVisible("#enough"));
});

test("references that are wrong raise an alarm each, and the panel shows the shifts and what is left over", async () => {
  experiment.publish({ scan: 0, final: false, used: 20 });
  await sees(page, "map-text", "20 of 117");
  assert.equal(await page.isVisible("#check-section"), false);
  experiment.publish({ scan: 0, final: true, used: 117, referenceCheck: wrong });
  await sees(page, "shifts", "Ni²⁺ +1.5 ± 0.1 eVNi³⁺ +0.0 ± 0.1 eV");
  await sees(page, "check-text", "mean residual: 4.2 times what noise explains; a reference is wrong or missing");
  await page.locator("#check-residual canvas").waitFor();
  assert.deepEqual([await moodOf("#shifts span >> nth=0"), await moodOf("#shifts span >> nth=1"), await moodOf("#check-section")], ["bad", null, "bad"]);
  await sees(page, "alarms", "The reference of Ni²⁺ seems 1.5 ± 0.1 eV too low");
  await sees(page, "alarms", "The residual has structure, 4.2 times the noise: a reference is wrong or missing");
  assert.equal(await page.locator("#alarms li").count(), 2);
});

test("a state that seems to be missing is drawn, and no longer once nothing is suggested", async () => {
  experiment.publish({ scan: 0, final: true, used: 117, referenceCheck: { ...wrong, suggested: [0, 0.4, 1.2, 1] } });
  await page.locator("#check-suggested canvas").waitFor();
  experiment.publish({ scan: 1, final: true, used: 117, referenceCheck: wrong });
  await page.locator("#check-suggested").waitFor({ state: "hidden" });
});

test("a shift that cannot be told is said to be so", async () => {
  experiment.publish({ scan: 0, final: true, used: 117, referenceCheck: { ...right, shiftEv: [NaN, 0.1], shiftUncertaintyEv: [Infinity, 0.1] } });
  await sees(page, "shifts", "Ni²⁺ cannot be toldNi³⁺ +0.1 ± 0.1 eV");
  assert.equal(await page.locator("#alarms li").count(), 0);
});

test("references that fit raise no alarm, nor do those that were shifted", async () => {
  experiment.publish({ scan: 0, final: true, used: 117, referenceCheck: right });
  await sees(page, "check-text", "mean residual: 1.02 times what noise explains");
  experiment.publish({ scan: 1, final: true, used: 117, referenceCheck: { ...right, shiftEv: [1.5, 0], shiftApplied: true } });
  await sees(page, "check-text", "the map is made with the shifted references; mean residual");
  assert.deepEqual([await moodOf("#shifts span >> nth=0"), await moodOf("#check-section")], ["warn", "idle"]);
  assert.equal(await page.locator("#alarms li").count(), 0);
});

test("the panel and the advice are those of the map that is shown, also of one before", async () => {
  experiment.publish({ scan: 0, final: true, used: 117, referenceCheck: wrong, advice });
  experiment.publish({ scan: 1, final: true, used: 117 });
  await sees(page, "scrub-text", "2 maps kept");
  await sees(page, "map-text", "scan 1");
  assert.equal(await page.isVisible("#check-section"), false);
  await page.keyboard.press("ArrowLeft");
  await sees(page, "scrub-text", "scan 1 · final");
  await page.keyboard.press("ArrowLeft");
  await sees(page, "shifts", "Ni²⁺ +1.5 ± 0.1 eV");
  await sees(page, "advice-text", "± 3.1 % now");
});
