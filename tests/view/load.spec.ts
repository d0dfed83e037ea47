import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { open, pixelsOf, placeOf, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer, pageFile } from "./mock.js";

let server: MockServer, page: Page;
beforeEach(async () => {
  server = new MockServer();
  await server.start();
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});
after(quit);

test("the page is one file under 500 kB gzipped and asks nobody else for anything", async (t) => {
  const experiment = new Experiment(server);
  experiment.publish({ scan: 0, final: true, used: 117 });
  const weight = gzipSync(readFileSync(pageFile)).length;
  t.diagnostic(`gzipped ${weight} bytes`);
  assert.ok(weight < 500_000);
  page = await open(server.url);
  const strangers: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) strangers.push(request.url());
  });
  await page.reload();
  await sees(page, "scrub-text", "1 map kept");
  assert.deepEqual(strangers, []);
  assert.ok(server.requests.every((path) => ["/", "/history", "/control", "/live"].includes(path)), server.requests.join());
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  t.diagnostic(`first contentful paint ${paint?.toFixed(0)} ms`);
});

test("up to ten maps of 512×512×3 per second lose no input, and the newest one is on the screen", async (t) => {
  const experiment = new Experiment(server, { width: 512, height: 512, states: ["Ni2+", "Ni3+", "Ni4+"] });
  page = await open(server.url);
  const made = experiment.scene.maps({ scan: 3, used: 60 });
  const maps = Array.from({ length: 50 }, (_, index) => experiment.scene.phaseMap({ number: index, scan: 3, final: false, used: 60 }, made));
  experiment.start(3);
  server.send(maps[0]!);
  await page.locator('[data-name="layer"] canvas.map').waitFor();
  await page.evaluate(() => {
    const heard = { keys: 0, clicks: 0 };
    Object.assign(window, { heard });
    document.addEventListener("keyup", () => ++heard.keys);
    document.addEventListener("pointerup", () => ++heard.clicks);
  });
  const places = [await placeOf(page, "composite", 250, 250), await placeOf(page, "composite", 300, 200)] as const;
  let next = 1;
  const pace = setInterval(() => {
    if (next === maps.length) clearInterval(pace);
    else if (server.taken) server.send(maps[next++]!);
  }, 100);
  let presses = 0;
  const started = Date.now();
  while (next < maps.length) {
    await page.keyboard.press(presses % 2 === 0 ? "f" : "c");
    const place = places[presses % 2]!;
    await page.mouse.click(place.x, place.y);
    ++presses;
  }
  const seconds = (Date.now() - started) / 1000;
  await sees(page, "map-text", "map 49");
  await sees(page, "spectrum-title", presses % 2 === 1 ? "Pixel 250, 250" : "Pixel 300, 200");
  assert.deepEqual(await page.evaluate(() => (window as unknown as { heard: unknown }).heard), { keys: presses, clicks: presses });
  assert.equal(await page.getAttribute("#fade", "aria-pressed"), String(Math.ceil(presses / 2) % 2 === 1));
  if (Math.ceil(presses / 2) % 2 === 1) await page.keyboard.press("f");
  const pixels = await pixelsOf(page, "composite");
  assert.equal(pixels.length, made.mask.length);
  experiment.status({});
  const drawn = await page.locator('[data-counter="this page/drawn"] dd').textContent();
  t.diagnostic(`49 maps in ${seconds.toFixed(1)} s, ${presses} keys and clicks answered, ${drawn} maps drawn`);
});

test("maps that come while nothing is drawn are replaced by the newest, and counted", async () => {
  const experiment = new Experiment(server);
  page = await open(server.url);
  experiment.publish({ scan: 0, final: false, used: 10 });
  await sees(page, "map-text", "10 of 117");
  await page.evaluate(() => {
    const real = window.requestAnimationFrame.bind(window);
    const held: FrameRequestCallback[] = [];
    window.requestAnimationFrame = (callback) => held.push(callback);
    Object.assign(window, { release: () => held.splice(0).forEach((callback) => real(callback)) });
  });
  for (let used = 11; used < 31; ++used) experiment.publish({ scan: 0, final: false, used });
  experiment.status({});
  await sees(page, "state-text", "30 of 117");
  await page.locator('[data-counter="this page/replaced by newer"]', { hasText: "19" }).waitFor();
  await page.evaluate(() => (window as unknown as { release: () => void }).release());
  await sees(page, "map-text", "30 of 117");
  assert.equal(await page.locator('[data-counter="this page/drawn"] dd').textContent(), "2");
});
