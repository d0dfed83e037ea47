import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { PipelineState } from "../../tools/view/page/src/generated/phasecast_pb.js";
import { open, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";

let server: MockServer, page: Page, experiment: Experiment;
beforeEach(async () => {
  server = new MockServer();
  await server.start();
  experiment = new Experiment(server);
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});
after(quit);

const moodOf = (id: string): Promise<string | null> => page.getAttribute(`#${id}`, "data-mood");

test("without a pipeline the page says so, and comes to life without a reload", async () => {
  server.report = { link: "absent", text: "no pipeline answers at tcp://127.0.0.1:5556 yet; waiting for one" };
  page = await open(server.url);
  await sees(page, "state", "No pipeline yet");
  await sees(page, "empty", "no pipeline answers at tcp://127.0.0.1:5556");
  server.link({ link: "connected", text: "connected" });
  await sees(page, "empty", "No map yet");
  experiment.start(0);
  experiment.publish({ scan: 0, final: false, used: 10 });
  experiment.status({ counters: { received: 10n } });
  await sees(page, "state", "Running");
  await sees(page, "state-text", "10 of 117 energies");
  await page.locator('[data-name="composite"]').waitFor();
  assert.equal(await page.isVisible("#empty"), false);
});

test("frames lost is a green 0, and red when it is not", async () => {
  page = await open(server.url);
  await sees(page, "lost", "–");
  experiment.status({ counters: { received: 1234n } });
  await sees(page, "lost", "0");
  assert.equal(await moodOf("loss"), "good");
  await sees(page, "lost-text", "of 1\u202f234 received");
  experiment.status({ counters: { missing: 2n, late: 1n } });
  await sees(page, "lost", "3");
  assert.equal(await moodOf("loss"), "bad");
  await sees(page, "lost-text", "2 missing · 1 late");
});

test("every pipeline state has its words", async () => {
  page = await open(server.url);
  const words: [PipelineState, string, string][] = [
    [PipelineState.SCANNING, "Running", "good"], [PipelineState.SOLVING, "Solving", "good"],
    [PipelineState.STOPPING, "Stopping", "warn"], [PipelineState.WAITING, "Waiting", "idle"],
  ];
  for (const [state, title, mood] of words) {
    experiment.status({ state });
    await sees(page, "state", title);
    assert.equal(await moodOf("status"), mood);
  }
});

for (const [link, title] of [["lost", "Connection lost"], ["silent", "Pipeline silent"], ["wrong", "Not a pipeline"]] as const)
  test(`a pipeline that is ${link} is shown as such, its last map is dimmed, and both recover without a reload`, async () => {
    page = await open(server.url);
    experiment.start(0);
    experiment.publish({ scan: 0, final: false, used: 10 });
    experiment.status({});
    await sees(page, "state", "Running");
    server.link({ link, text: "what the server knows" });
    await sees(page, "state", title);
    await sees(page, "state-text", "what the server knows");
    assert.equal(await moodOf("status"), "bad");
    const opacity = (): Promise<string> => page.locator("#panels").evaluate((panels) => getComputedStyle(panels).opacity);
    assert.equal(await opacity(), "0.5");
    server.link({ link: "connected", text: "connected" });
    experiment.status({});
    await sees(page, "state", "Running");
    assert.equal(await opacity(), "1");
  });

test("a view server that goes away is shown as lost, and found again when it comes back", async () => {
  page = await open(server.url);
  experiment.status({});
  await sees(page, "state", "Running");
  server.goAway();
  await sees(page, "state", "View server lost");
  server.comeBack();
  await sees(page, "state", "Running");
});

test("an aborted scan is shown with its reason until the next one starts", async () => {
  page = await open(server.url);
  experiment.start(0);
  experiment.publish({ scan: 0, final: true, used: 40, aborted: true });
  experiment.end(0, "beam lost");
  await sees(page, "state", "Scan aborted");
  await sees(page, "state-text", "beam lost");
  await sees(page, "badge", "Final, aborted");
  experiment.start(1);
  experiment.status({ state: PipelineState.SCANNING });
  await sees(page, "state", "Running");
  experiment.end(1);
  await sees(page, "state", "Waiting");
});

test("a stalled source is shown, and no longer when frames come again", async () => {
  page = await open(server.url);
  const at = (second: number, received: bigint): void =>
    experiment.status({ publishedUtcNs: BigInt(second) * 1_000_000_000n, counters: { received }, note: "waiting for energy 61 of 117" });
  at(0, 60n);
  await sees(page, "state", "Running");
  at(30, 60n);
  await sees(page, "state", "Stalled");
  await sees(page, "alarms", "waiting for energy 61 of 117");
  at(31, 61n);
  await sees(page, "state", "Running");
  await sees(page, "alarms", "Source stalled");
});

test("a page without the token says what is missing; with it, everything works", async () => {
  server.token = "secret";
  page = await open(server.url.replace("secret", "wrong"));
  await sees(page, "state", "No access");
  await sees(page, "state-text", "token missing or wrong");
  await page.context().close();
  page = await open(server.url);
  experiment.publish({ scan: 0, final: true, used: 117 });
  experiment.status({});
  await sees(page, "state", "Running");
  await sees(page, "scrub-text", "1 map kept");
});

test("a message that cannot be read is told, and the next good ones are shown", async () => {
  page = await open(server.url);
  experiment.start(0);
  const map = experiment.scene.phaseMap({ number: 0, scan: 0, final: false, used: 5 });
  server.send([...map.slice(0, 6), new Uint8Array(7)]);
  await sees(page, "message", "phase_map: layer MASK has 7 bytes, expected 3072");
  server.send([map[0]!, Uint8Array.of(255)]);
  await sees(page, "message", "premature EOF");
  experiment.publish({ scan: 0, final: true, used: 117 });
  await sees(page, "badge", "Final");
  await sees(page, "scrub-text", "1 map kept");
});
