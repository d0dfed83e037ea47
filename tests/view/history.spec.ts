import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { open, pixelsOf, quit, sees } from "./browser.js";
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

test("scrubbing back shows the earlier map, live goes on unseen, and live brings the newest", async () => {
  const earlier = experiment.publish({ scan: 0, final: true, used: 117 });
  experiment.publish({ scan: 1, final: true, used: 117 });
  await sees(page, "scrub-text", "2 maps kept");
  const first = async (): Promise<Uint32Array> => pixelsOf(page, "state 0");
  await sees(page, "map-text", "scan 1");
  const newest = await first();
  await page.keyboard.press("Home");
  await sees(page, "map-text", "scan 0");
  assert.equal(await page.isVisible("#history-badge"), true);
  const old = await first();
  assert.notDeepEqual(old, newest);
  assert.equal(old.length, earlier.mask.length);
  experiment.publish({ scan: 2, final: false, used: 30 });
  experiment.status({});
  await sees(page, "state-text", "scan 2");
  assert.deepEqual(await first(), old);
  await page.keyboard.press("l");
  await sees(page, "map-text", "scan 2");
  assert.equal(await page.isVisible("#history-badge"), false);
});

test("the slider and the arrow keys step through the kept maps", async () => {
  for (let scan = 0; scan < 4; ++scan) experiment.publish({ scan, final: true, used: 117 });
  await sees(page, "scrub-text", "4 maps kept");
  await page.keyboard.press("ArrowLeft");
  await sees(page, "scrub-text", "scan 3 · final");
  await page.keyboard.press("ArrowLeft");
  await sees(page, "scrub-text", "scan 2 · final");
  await page.locator("#scrub").fill("1");
  await sees(page, "map-text", "scan 1");
  await sees(page, "map-text", "3.64 V");
  await page.click("#live");
  await sees(page, "map-text", "scan 3");
});

test("a map that the server no longer keeps is said to be gone", async () => {
  experiment.publish({ scan: 0, final: true, used: 117 });
  experiment.publish({ scan: 1, final: true, used: 117 });
  await sees(page, "scrub-text", "2 maps kept");
  server.kept.shift();
  await page.keyboard.press("Home");
  await sees(page, "message", "/maps/0/0 is not kept");
});

test("against the potential, scans without one are left out and said so", async () => {
  experiment.publish({ scan: 0, final: true, used: 117 });
  server.kept[0]!.entry.metadata = {};
  experiment.start(1);
  await page.click("#against");
  await sees(page, "timeline-text", 'no scan states "potential_V"');
  experiment.publish({ scan: 1, final: true, used: 117 });
  await page.locator("#timeline canvas").waitFor();
  await page.waitForFunction(() => document.getElementById("timeline-text")?.textContent === "");
});

test("a click on the timeline shows that map", async () => {
  for (let scan = 0; scan < 3; ++scan) experiment.publish({ scan, final: true, used: 117 });
  await sees(page, "scrub-text", "3 maps kept");
  const over = page.locator("#timeline .u-over");
  await over.waitFor();
  await over.hover({ position: { x: 2, y: 60 } });
  await over.click({ position: { x: 2, y: 60 } });
  await sees(page, "map-text", "scan 0");
});
