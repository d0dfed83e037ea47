import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { open, pixelsOf, placeOf, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";
import type { Maps } from "./scene.js";

let server: MockServer, page: Page, experiment: Experiment, made: Maps;
beforeEach(async () => {
  server = new MockServer();
  await server.start();
  experiment = new Experiment(server);
  page = await open(server.url);
  experiment.start(8);
  made = experiment.publish({ scan: 8, final: true, used: 117 });
  await sees(page, "badge", "Final");
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});
after(quit);

async function saved(key: string): Promise<{ name: string; bytes: Buffer }> {
  const event = page.waitForEvent("download");
  await page.keyboard.press(key);
  const download = await event;
  return { name: download.suggestedFilename(), bytes: readFileSync((await download.path())!) };
}

test("the NPY file holds the shown fractions bit by bit", async () => {
  const { name, bytes } = await saved("n");
  assert.equal(name, "phasecast_scan008_map0_final_fraction.npy");
  assert.match(bytes.toString("latin1", 0, 128), /'shape': \(2, 48, 64\)/);
  const values = bytes.subarray(10 + bytes.readUInt16LE(8));
  assert.ok(values.equals(Buffer.from(made.fraction.buffer)));
});

test("the CSV file has one line per pixel, empty where masked", async () => {
  const { name, bytes } = await saved("t");
  assert.equal(name, "phasecast_scan008_map0_final.csv");
  const lines = bytes.toString().trim().split("\n");
  assert.equal(lines[0], "x,y,mask,scale,residual,fraction Ni2+,fraction Ni3+,uncertainty Ni2+,uncertainty Ni3+");
  assert.equal(lines.length, 1 + made.mask.length);
  made.mask.forEach((mask, pixel) => {
    const fields = lines[1 + pixel]!.split(",");
    assert.deepEqual(fields.slice(0, 3).map(Number), [pixel % 64, Math.floor(pixel / 64), mask]);
    if (mask !== 0) assert.equal(fields[5], "");
    else assert.ok(Math.abs(Number(fields[5]) - made.fraction[pixel]!) <= 1e-6);
  });
});

test("with a region chosen, the CSV file holds only that", async () => {
  const from = await placeOf(page, "composite", 10, 11), to = await placeOf(page, "composite", 13, 12);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 3 });
  await page.mouse.up();
  const { bytes } = await saved("t");
  const lines = bytes.toString().trim().split("\n");
  assert.deepEqual(lines.slice(1).map((line) => line.split(",").slice(0, 2).join()),
    ["10,11", "11,11", "12,11", "13,11", "10,12", "11,12", "12,12", "13,12"]);
});

test("the PNG file is the page as it is on the screen", async () => {
  const { name, bytes } = await saved("p");
  assert.equal(name, "phasecast_scan008_map0_final.png");
  const place = await placeOf(page, "state 1", 32, 24);
  const [packed, picture] = [(await pixelsOf(page, "state 1"))[24 * 64 + 32]!, bytes.toString("base64")];
  const found = await page.evaluate(async ([data, x, y]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    return { size: [image.width, image.height], color: [...context.getImageData(x, y, 1, 1).data.slice(0, 3)] };
  }, [picture, Math.round(place.x), Math.round(place.y)] as const);
  assert.deepEqual(found.size, [1400, 900]);
  const wanted = [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
  found.color.forEach((level, at) => assert.ok(Math.abs(level - wanted[at]!) <= 2, `${found.color}, expected ${wanted}`));
});

test("without a map, saving says that there is none", async () => {
  await page.context().close();
  server.forget();
  page = await open(server.url);
  await sees(page, "state", "Connected");
  await page.keyboard.press("n");
  await sees(page, "message", "there is no map to save yet");
});
