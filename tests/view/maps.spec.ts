import { interpolateCividis, interpolateInferno, interpolateViridis } from "d3-scale-chromatic";
import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { open, pixelsOf, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";
import type { Maps } from "./scene.js";

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

const noElement = [0x23, 0x27, 0x2e], badPixel = [0x5c, 0x2b, 0x3a];
const blue = [0x2f, 0x8f, 0xd6], orange = [0xe6, 0x9f, 0x00];

/** "rgb(r, g, b)" or "#rrggbb" */
function components(color: string): number[] {
  if (!color.startsWith("#")) return color.match(/\d+/g)!.map(Number);
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

function through(interpolate: (t: number) => string, value: number): number[] {
  return components(interpolate((Math.min(255, Math.floor(value * 256)) + 0.5) / 256));
}

/** Compares each pixel of a panel with the color that it should have. */
async function compare(panel: string, made: Maps, expected: (pixel: number) => number[], tolerance = 0): Promise<void> {
  const pixels = await pixelsOf(page, panel);
  assert.equal(pixels.length, made.mask.length);
  pixels.forEach((packed, pixel) => {
    const wanted = made.mask[pixel] === 1 ? noElement : made.mask[pixel] === 2 ? badPixel : expected(pixel);
    const found = [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
    assert.equal(packed >>> 24, 255, `alpha of pixel ${pixel}`);
    found.forEach((level, at) => assert.ok(Math.abs(level - wanted[at]!) <= tolerance, `${panel}, pixel ${pixel}: ${found}, expected ${wanted}`));
  });
}

async function show(states = ["Ni2+", "Ni3+"]): Promise<{ made: Maps; experiment: Experiment }> {
  const experiment = new Experiment(server, { states });
  page = await open(server.url);
  experiment.start(4);
  const made = experiment.publish({ scan: 4, final: false, used: 60 });
  made.mask[5] = 2;
  for (let state = 0; state < states.length; ++state) made.fraction[state * made.mask.length + 5] = NaN;
  const again = experiment.publish({ scan: 4, final: false, used: 61 }, made);
  await sees(page, "map-text", "61 of 117");
  return { made: again, experiment };
}

test("each state's canvas has exactly the published fractions through the color map", async () => {
  const { made } = await show();
  const size = made.mask.length;
  for (const state of [0, 1])
    await compare(`state ${state}`, made, (pixel) => through(interpolateCividis, made.fraction[state * size + pixel]!));
});

test("another color map repaints the same fractions", async () => {
  const { made } = await show();
  await page.selectOption("#colors", "viridis");
  await compare("state 1", made, (pixel) => through(interpolateViridis, made.fraction[made.mask.length + pixel]!));
});

test("the composite is the states' colors, mixed as light by their fractions", async () => {
  const { made } = await show();
  const linear = (level: number): number => (level <= 10.31475 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4);
  const encoded = (light: number): number => 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  await compare("composite", made, (pixel) => blue.map((level, at) =>
    encoded(made.fraction[pixel]! * linear(level) + made.fraction[made.mask.length + pixel]! * linear(orange[at]!))), 2);
});

test("uncertainty, scale, residual and mask are shown as the last panel", async () => {
  const { made } = await show();
  const bar = page.locator('[data-name="layer"] .bar');
  assert.match((await bar.textContent())!, /± fraction/);
  await compare("layer", made, (pixel) => through(interpolateInferno, made.uncertainty[pixel]! / 0.5));
  await page.selectOption("#layer", "scale");
  assert.match((await bar.textContent())!, /≥ 2scale/);
  await compare("layer", made, (pixel) => through(interpolateViridis, made.scale[pixel]! / 2));
  await page.keyboard.press("m"); // the menu has the focus: keys are its own
  await page.locator("#layer").blur();
  await page.keyboard.press("r");
  assert.equal(await page.inputValue("#layer"), "residual");
  assert.match((await bar.textContent())!, /≥ 0.1absorbance/);
  await page.keyboard.press("m");
  await compare("layer", made, () => [0x7f, 0x8a, 0x99]);
  assert.equal(await bar.textContent(), "validno elementbad pixel");
});

test("fading takes color away in proportion to the uncertainty", async () => {
  const { made } = await show();
  await page.click("#fade");
  const size = made.mask.length;
  await compare("state 0", made, (pixel) => {
    const amount = Math.min(1, made.uncertainty[pixel]! / 0.25);
    return through(interpolateCividis, made.fraction[pixel]!).map((level, at) => level + (noElement[at]! - level) * amount);
  }, 1);
  assert.ok(made.uncertainty.some((value) => value > 0.25) && made.uncertainty.some((value) => value < 0.1), `${size} pixels of both kinds`);
  await page.keyboard.press("f");
  await compare("state 0", made, (pixel) => through(interpolateCividis, made.fraction[pixel]!));
});

test("a value that must not be is painted as a fault, not as data", async () => {
  const { made, experiment } = await show();
  const pixel = made.mask.findIndex((mask) => mask === 0);
  made.fraction[pixel] = NaN;
  experiment.publish({ scan: 4, final: false, used: 62 }, made);
  await sees(page, "map-text", "62 of 117");
  assert.equal((await pixelsOf(page, "state 0"))[pixel], 0xffff00ff);
});

test("three states have a panel each, with their mean fraction", async () => {
  const { made } = await show(["Ni2+", "Ni3+", "Ni4+"]);
  assert.deepEqual(await page.locator(".panel .title").allTextContents(), ["Composite", "Ni²⁺", "Ni³⁺", "Ni⁴⁺", "Uncertainty"]);
  const size = made.mask.length;
  let sum = 0, weight = 0;
  made.mask.forEach((mask, pixel) => {
    if (mask !== 0) return;
    sum += made.scale[pixel]! * made.fraction[2 * size + pixel]!;
    weight += made.scale[pixel]!;
  });
  assert.equal(await page.locator('[data-name="state 2"] .value').textContent(), `${((100 * sum) / weight).toFixed(1)} %`);
});

test("the badge tells provisional, final and aborted maps apart", async () => {
  const { experiment } = await show();
  await sees(page, "badge", "Provisional");
  experiment.publish({ scan: 4, final: true, used: 117 });
  await sees(page, "map-text", "117 of 117");
  assert.equal(await page.textContent("#badge"), "Final");
  experiment.publish({ scan: 5, final: true, used: 12, aborted: true });
  await sees(page, "badge", "Final, aborted");
});

test("a map of another size replaces the one before", async () => {
  await show();
  const larger = new Experiment(server, { width: 80, height: 80 });
  const made = larger.publish({ scan: 6, final: false, used: 9 });
  await sees(page, "map-text", "9 of 117");
  await compare("state 0", made, (pixel) => through(interpolateCividis, made.fraction[pixel]!));
});
