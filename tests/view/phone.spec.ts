import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { open, placeOf, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";

let server: MockServer, page: Page;
beforeEach(async () => {
  server = new MockServer();
  await server.start();
  const experiment = new Experiment(server);
  page = await open(server.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  experiment.start(8);
  experiment.publish({ scan: 8, final: false, used: 60 });
  experiment.status({ counters: { missing: 1n } });
  await sees(page, "map-text", "60 of 117");
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});
after(quit);

test("on a phone everything is one column, and nothing is wider than the screen", async () => {
  const lefts = await page.locator(".panel").evaluateAll((panels) => panels.map((panel) => panel.getBoundingClientRect().left));
  assert.equal(new Set(lefts).size, 1);
  const widest = await page.evaluate(() => Math.max(...[...document.querySelectorAll("body *")].map((each) =>
    each.closest(".area, .u-wrap, .bar") ? 0 : each.getBoundingClientRect().right)));
  assert.ok(widest <= 390, `${widest}`);
  assert.ok(await page.locator("#state").isVisible());
  assert.equal(await page.textContent("#lost"), "1");
});

test("a tap chooses a pixel, and its spectrum opens", async () => {
  await page.locator('[data-name="state 0"]').scrollIntoViewIfNeeded();
  const place = await placeOf(page, "state 0", 30, 20);
  await page.touchscreen.tap(place.x, place.y);
  await sees(page, "spectrum-title", "Pixel 30, 20");
});

test("two fingers zoom all maps", async () => {
  const { x, y } = await placeOf(page, "composite", 32, 24);
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number): Promise<unknown> =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }] });
  await touch("touchStart", 20);
  for (let apart = 24; apart <= 60; apart += 4) await touch("touchMove", apart);
  await touch("touchEnd", 60);
  await page.waitForFunction(() => document.querySelector("#panels.zoomed"));
  const transforms = await page.locator("canvas.map").evaluateAll((canvases) => canvases.map((canvas) => (canvas as HTMLElement).style.transform));
  assert.equal(new Set(transforms).size, 1);
  assert.equal(await page.isVisible("#spectrum-section"), false);
});
