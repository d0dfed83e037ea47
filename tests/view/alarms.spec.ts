import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
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

const alarm = (key: string) => page.locator(`[data-alarm="${key}"]`);

test("a loss raises an alarm that stays until it is acknowledged", async () => {
  experiment.status({ counters: { received: 100n, missing: 3n } });
  await sees(page, "alarms", "3 frames missing");
  experiment.status({ counters: { received: 110n } });
  await sees(page, "lost-text", "3 missing");
  assert.equal(await page.title(), "(1) phasecast");
  await alarm("missing").getByText("Acknowledge").click();
  await alarm("missing").waitFor({ state: "detached" });
  experiment.status({ counters: { received: 120n } });
  await page.locator('[data-counter="receive/received"]', { hasText: "120" }).waitFor();
  assert.equal(await page.locator("#alarms li").count(), 0);
  experiment.status({ counters: { missing: 4n } });
  await sees(page, "alarms", "4 frames missing");
});

test("an error of the pipeline stays after the pipeline has forgotten it", async () => {
  experiment.status({ errors: ["disk full: 3 frames wait"], counters: { received: 1n } });
  await sees(page, "alarms", "disk full: 3 frames wait");
  experiment.status({ errors: [], counters: { received: 2n } });
  await page.locator('[data-counter="receive/received"]', { hasText: "2" }).waitFor();
  assert.equal(await page.locator("#alarms li").count(), 1);
});

test("references that explain the data no longer raise an alarm", async () => {
  for (let scan = 0; scan < 3; ++scan) experiment.publish({ scan, final: true, used: 117, residual: 0.05 });
  await sees(page, "scrub-text", "3 maps kept");
  assert.equal(await page.locator("#alarms li").count(), 0);
  experiment.publish({ scan: 3, final: true, used: 117, residual: 0.09 });
  await sees(page, "alarms", "residual 0.09 in scan 3, 1.8 times the median before (0.05)");
});

test("one key acknowledges all alarms", async () => {
  experiment.status({ counters: { missing: 1n, late: 1n, rejected: { crc: 1n } } });
  await sees(page, "alarms", "1 message rejected: crc");
  assert.equal(await page.locator("#alarms li").count(), 3);
  await page.keyboard.press("a");
  await page.waitForFunction(() => document.querySelectorAll("#alarms li").length === 0);
});

test("losses are counted by branch", async () => {
  experiment.status({ counters: { received: 244n, recorded: 240n, missing: 1n, late: 2n, unpaired: 3n, foreign: 4n, duplicate: 5n, rejected: { crc: 6n }, viewerDrops: 7n } });
  const shown: Record<string, string> = {
    "receive/received": "244", "receive/missing": "1", "receive/rejected: crc": "6", "receive/foreign": "4", "receive/duplicate": "5",
    "record/recorded": "240", "map/late": "2", "map/unpaired": "3", "publish/dropped for slow viewers": "7", "queues/solve": "1",
  };
  for (const [counter, value] of Object.entries(shown))
    assert.equal(await page.locator(`[data-counter="${counter}"] dd`).textContent(), value, counter);
});

test("a text from the pipeline is shown as text, never as markup", async () => {
  experiment.status({ errors: ["<img src=x onerror=document.title='owned'>"] });
  await sees(page, "alarms", "<img src=x");
  assert.equal(await page.locator("#alarms img").count(), 0);
});
