/** The page before a real pipeline and a real view server. What is timed here is told, not judged. */
import { interpolateCividis } from "d3-scale-chromatic";
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { clickPixel, open, pixelsOf, quit, sees } from "./browser.js";
import { Processes, recordedMaps, size, trueFractions, whyNot } from "./processes.js";
import type { Maps } from "./scene.js";

const skip = whyNot();
let processes: Processes, page: Page;
beforeEach(() => void (processes = new Processes()));
afterEach(async () => {
  await page?.context().close();
  await processes.endAll();
});
after(quit);

const noElement = [0x23, 0x27, 0x2e], badPixel = [0x5c, 0x2b, 0x3a];

function colorOf(maps: Maps, state: number, pixel: number): number[] {
  if (maps.mask[pixel] !== 0) return maps.mask[pixel] === 1 ? noElement : badPixel;
  const level = Math.min(255, Math.floor(maps.fraction[state * maps.mask.length + pixel]! * 256));
  return interpolateCividis((level + 0.5) / 256).match(/\d+/g)!.map(Number);
}

function assertSame(pixels: Uint32Array, maps: Maps, state: number): void {
  assert.equal(pixels.length, maps.mask.length);
  const wrong = [...pixels].findIndex((packed, pixel) => {
    const [red, green, blue] = colorOf(maps, state, pixel);
    return packed !== ((255 << 24) | (blue! << 16) | (green! << 8) | red!) >>> 0;
  });
  assert.equal(wrong, -1, `pixel ${wrong} is ${pixels[wrong]?.toString(16)}, expected ${colorOf(maps, state, Math.max(0, wrong))}`);
}

/** Remembers in the page when which text was first seen, without a reload. */
async function remember(id: string): Promise<void> {
  await page.evaluate((name) => {
    const seen: Record<string, number> = {};
    const element = document.getElementById(name)!;
    new MutationObserver(() => (seen[element.textContent!] ??= Date.now())).observe(element, { childList: true, characterData: true, subtree: true });
    Object.assign(window, { seen });
  }, id);
}
const whenSeen = (text: string): Promise<number | undefined> =>
  page.evaluate((name) => (window as unknown as { seen: Record<string, number> }).seen[name], text);

test("a running experiment is on the screen, exactly, with its spectra and its past", { skip }, async (t) => {
  const { pipeline, endpoints } = await processes.run();
  page = await open(await processes.view(endpoints));
  await sees(page, "empty", "No map yet");
  await page.evaluate(() => {
    const panels = document.getElementById("panels")!;
    new MutationObserver(() => panels.hidden || Object.assign(window, { shownMs: Date.now() })).observe(panels, { attributes: true });
  });
  await processes.simulate(endpoints, "--scans", "2", "--rate", "100", "-o", join(processes.folder, "sent.h5"));
  await sees(page, "map-text", "scan 1 ");
  await sees(page, "badge", "Final");
  await sees(page, "scrub-text", "kept");
  await sees(page, "lost", "0");
  const firstMapMs = await page.evaluate(async () => {
    const history = (await (await fetch(`/history${location.search}`)).json()) as { maps: { received_utc_ns: string }[] };
    const oldest = Math.min(...history.maps.map((map) => Number(BigInt(map.received_utc_ns) / 1_000_000n)));
    return (window as unknown as { shownMs: number }).shownMs - oldest;
  });
  t.diagnostic(`maps on the screen ${firstMapMs} ms after the newest frame of the oldest kept map`);
  const shown = [await pixelsOf(page, "state 0"), await pixelsOf(page, "state 1")];

  const x = size.width / 2, y = size.height / 2;
  await clickPixel(page, "state 0", x, y);
  await sees(page, "spectrum-title", `Pixel ${x}, ${y}`);
  await page.locator("#spectrum canvas").waitFor();
  await page.locator("#spectrum-residual canvas").waitFor();
  await sees(page, "composition", "Ni");
  const composition = (await page.textContent("#composition"))!;
  await page.locator("#references canvas").waitFor();

  await page.keyboard.press("Home");
  await sees(page, "map-text", "scan 0 ");
  for (let at = 0; !(await page.textContent("#badge"))!.startsWith("Final") && at < 1000; ++at) {
    const before = await page.textContent("#map-text");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((old) => document.getElementById("map-text")!.textContent !== old, before);
  }
  await sees(page, "map-text", "scan 0 ");
  const past = await pixelsOf(page, "state 0");

  await processes.end(pipeline, "SIGINT");
  const recorded = recordedMaps(processes.folder);
  assert.equal(recorded.length, 2);
  assertSame(shown[0]!, recorded[1]!, 0);
  assertSame(shown[1]!, recorded[1]!, 1);
  assertSame(past, recorded[0]!, 0);
  const pixel = y * size.width + x;
  const percent = (100 * recorded[1]!.fraction[pixel]!).toFixed(1);
  assert.ok(composition.includes(`${percent} %`), `${composition}, expected ${percent} %`);
  const [value, uncertainty] = composition.match(/([\d.]+) % ± ([\d.]+) %/)!.slice(1).map(Number);
  const truth = 100 * trueFractions(processes.folder, 1)[pixel]!;
  t.diagnostic(`composition ${value} ± ${uncertainty} %, truth ${truth.toFixed(1)} %`);
  assert.ok(Math.abs(value! - truth) <= uncertainty!, `${value} ± ${uncertainty} %, truth ${truth} %`);
});

test("a killed pipeline is shown as lost, and its successor without a reload", { skip }, async (t) => {
  const { pipeline, endpoints } = await processes.run();
  page = await open(await processes.view(endpoints));
  await processes.simulate(endpoints, "--rate", "200");
  await sees(page, "badge", "Final");
  await remember("state");
  const killed = Date.now();
  await processes.end(pipeline, "SIGKILL");
  await sees(page, "state", "Connection lost");
  t.diagnostic(`shown as lost ${(await whenSeen("Connection lost"))! - killed} ms after the kill`);
  await processes.run(endpoints);
  await sees(page, "state", "Waiting");
  await processes.simulate(endpoints, "--scans", "2", "--rate", "200");
  await sees(page, "map-text", "scan 1 ");
  assert.notEqual(await whenSeen("Connection lost"), undefined, "the page was loaded again");
});

test("an injected loss raises the alarm", { skip }, async () => {
  const { endpoints } = await processes.run();
  page = await open(await processes.view(endpoints));
  await processes.simulate(endpoints, "--loss", "0.1", "--rate", "200");
  await page.locator('[data-alarm="missing"]').waitFor();
  await page.waitForFunction(() => Number(document.getElementById("lost")!.textContent) > 0);
  assert.equal(await page.getAttribute("#loss", "data-mood"), "bad");
  await page.keyboard.press("a");
  await page.locator('[data-alarm="missing"]').waitFor({ state: "detached" });
});

test("before any pipeline the page waits for one, and finds it", { skip }, async () => {
  const first = await processes.run();
  await processes.end(first.pipeline, "SIGINT");
  page = await open(await processes.view(first.endpoints));
  await sees(page, "state", "No pipeline yet");
  await processes.run(first.endpoints);
  await sees(page, "empty", "No map yet");
  await sees(page, "state", "Waiting");
});

test("a server with a token shows maps and spectra only to who knows it", { skip }, async () => {
  const { endpoints } = await processes.run();
  const url = await processes.view(endpoints, "--token", "secret");
  await processes.simulate(endpoints, "--rate", "200");
  page = await open(url.replace("secret", "guess"));
  await sees(page, "state", "No access");
  assert.equal(await page.locator(".panel").count(), 0);
  await page.context().close();
  page = await open(url);
  await sees(page, "badge", "Final");
  await clickPixel(page, "composite", size.width / 2, size.height / 2);
  await sees(page, "composition", "Ni");
});
