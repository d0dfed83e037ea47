import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import type { Box } from "../../tools/view/page/src/protocol.js";
import { clickPixel, open, pixelsOf, placeOf, quit, sees } from "./browser.js";
import { Experiment, meanOf } from "./experiment.js";
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

async function running() {
  experiment.start(8);
  const made = experiment.publish({ scan: 8, final: false, used: 60 });
  experiment.status({ counters: { received: 60n } });
  await sees(page, "state-text", "60 of 117");
  await page.locator('[data-name="layer"] canvas.map').waitFor();
  return made;
}

const transforms = (): Promise<string[]> =>
  page.locator("canvas.map").evaluateAll((canvases) => canvases.map((canvas) => (canvas as HTMLElement).style.transform));

test("the wheel zooms all maps alike and keeps the pixel under the pointer", async () => {
  await running();
  const before = await placeOf(page, "state 0", 20, 30);
  await page.mouse.move(before.x, before.y);
  await page.mouse.wheel(0, -500);
  await page.waitForFunction(() => document.querySelector("#panels.zoomed"));
  const place = await placeOf(page, "state 0", 20, 30); // the browser rounds the pointer to whole pixels before the zoom
  assert.ok(Math.hypot(place.x - before.x, place.y - before.y) < 3, JSON.stringify([place, before]));
  assert.equal(new Set(await transforms()).size, 1);
  await page.click("#fit");
  assert.equal(await page.locator("#panels.zoomed").count(), 0);
});

test("a drag with shift moves all maps alike; zoomed maps show the same pixels, only larger", async () => {
  const made = await running();
  for (let step = 0; step < 4; ++step) await page.keyboard.press("+");
  const before = await placeOf(page, "composite", 32, 24);
  await page.keyboard.down("Shift");
  await page.mouse.move(before.x, before.y);
  await page.mouse.down();
  await page.mouse.move(before.x + 40, before.y + 30, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  const after = await placeOf(page, "composite", 32, 24);
  assert.ok(Math.hypot(after.x - before.x - 40, after.y - before.y - 30) < 0.6, JSON.stringify([after, before]));
  assert.equal(new Set(await transforms()).size, 1);
  assert.equal((await pixelsOf(page, "state 0")).length, made.mask.length);
  assert.equal(await page.isVisible("#spectrum-section"), false);
});

test("a click on a pixel shows its spectrum, fit, residual and composition", async () => {
  const made = await running();
  const x = 21, y = 25, pixel = y * 64 + x;
  await clickPixel(page, "state 1", x, y);
  await sees(page, "spectrum-title", `Pixel ${x}, ${y}`);
  const expected = [0, 1].map((state) => `${(100 * made.fraction[state * made.mask.length + pixel]!).toFixed(1)} % ± 2.1 %`);
  await sees(page, "composition", `Ni²⁺ ${expected[0]}Ni³⁺ ${expected[1]}`);
  await page.locator("#spectrum canvas").waitFor();
  await page.locator("#spectrum-residual canvas").waitFor();
  await sees(page, "spectrum-text", "mean of 1 valid pixel");
});

test("a click on the first pixel asks for column 0 and row 0, and says that nothing is there", async () => {
  await running();
  await clickPixel(page, "composite", 0, 0);
  await sees(page, "spectrum-title", "Pixel 0, 0");
  await sees(page, "spectrum-text", "no valid pixel here");
});

test("a dragged region is marked on every map, and the timeline shows its means", async () => {
  const earlier = [0, 1, 2].map((scan) => experiment.publish({ scan, final: true, used: 117 }));
  const made = await running();
  const box: Box = { x: 22, y: 20, width: 9, height: 6 };
  const from = await placeOf(page, "state 0", box.x, box.y), to = await placeOf(page, "state 0", box.x + box.width - 1, box.y + box.height - 1);
  await page.mouse.move(to.x, to.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y, { steps: 5 });
  await page.mouse.up();
  await sees(page, "spectrum-title", "Region 22, 20 · 9 × 6");
  assert.equal(await page.locator(".region:visible").count(), 4);
  await page.locator("#timeline canvas").waitFor();
  await page.locator("#of .chosen", { hasText: "region" }).waitFor();
  await sees(page, "spectrum-text", "mean of 54 valid pixels");
  await page.waitForFunction(() => document.getElementById("timeline-text")?.textContent === "");
  const download = page.waitForEvent("download");
  await page.click("#timeline-csv");
  const rows = readFileSync((await (await download).path())!, "utf8").trim().split("\n");
  assert.equal(rows[0], "run,map_number,scan_index,received_utc_ns,potential_V,Ni2+,Ni3+");
  assert.equal(rows.length, 5);
  [...earlier, made].forEach((maps, index) =>
    assert.equal(Number(rows[1 + index]!.split(",")[5]).toFixed(6), meanOf(maps, 0, 64, 48, box)!.toFixed(6)));
});

test("moved against the edge, the chosen pixel stays on the map; escape lets it go", async () => {
  await running();
  await clickPixel(page, "composite", 1, 1);
  for (let step = 0; step < 3; ++step) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowDown");
  await sees(page, "spectrum-title", "Pixel 0, 2");
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("#spectrum-section"), false);
});

test("the spectrum grows with the scan, without another click", async () => {
  await running();
  await clickPixel(page, "state 1", 30, 25);
  await sees(page, "spectrum-text", "mean of 1 valid pixel");
  const saved = async (): Promise<string[]> => {
    const download = page.waitForEvent("download");
    await page.click("#spectrum-csv");
    return readFileSync((await (await download).path())!, "utf8").trim().split("\n");
  };
  assert.equal((await saved()).length, 61);
  experiment.publish({ scan: 8, final: false, used: 70 });
  experiment.status({});
  await sees(page, "spectrum-text", "70 energies");
  const rows = await saved();
  assert.deepEqual([rows.length, rows[0]], [71, "energy_ev,absorbance,background,fit"]);
});

test("the energies received are counted and marked on the references", async () => {
  await running();
  await sees(page, "energies", "60 of 117");
  await page.locator("#references canvas").waitFor();
  experiment.status({ energiesReceived: 64 });
  await sees(page, "energies", "64 of 117");
});

test("a digit shows one panel alone and largest, and again all", async () => {
  await running();
  const width = (): Promise<number> => page.locator('[data-name="state 0"] .area').evaluate((area) => area.clientWidth);
  const before = await width();
  await page.keyboard.press("2");
  assert.equal(await page.locator(".panel:visible").count(), 1);
  assert.ok((await width()) > 1.5 * before);
  await page.locator('[data-name="state 0"] .title').click();
  assert.equal(await page.locator(".panel:visible").count(), 4);
});

test("the readout names the fractions under the pointer", async () => {
  const made = await running();
  const x = 40, y = 24, pixel = y * 64 + x;
  const place = await placeOf(page, "layer", x, y);
  await page.mouse.move(place.x, place.y);
  await sees(page, "readout", `40, 24: Ni2+ ${(100 * made.fraction[pixel]!).toFixed(1)} %`);
  const corner = await placeOf(page, "layer", 0, 0);
  await page.mouse.move(corner.x, corner.y);
  await sees(page, "readout", "0, 0: no element here");
});

test("every control has its key, and the keys are listed", async () => {
  await running();
  await page.keyboard.press("?");
  await page.locator("#keys[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#keys[open]").waitFor({ state: "detached" });
  await page.keyboard.press("c");
  assert.equal(await page.inputValue("#colors"), "viridis");
  for (const [key, layer] of [["s", "scale"], ["r", "residual"], ["m", "mask"], ["u", "uncertainty"]] as const) {
    await page.keyboard.press(key);
    assert.equal(await page.inputValue("#layer"), layer);
  }
  await page.keyboard.press("v");
  assert.equal(await page.getAttribute("#move", "aria-pressed"), "true");
});
