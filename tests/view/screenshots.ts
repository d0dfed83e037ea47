/** Makes tools/view/screenshots/*.png from a scripted experiment. */
import { create } from "@bufbuild/protobuf";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { type Drift, DriftSchema, PipelineState } from "../../tools/view/page/src/generated/phasecast_pb.js";
import { clickPixel, open, pixelsOf, placeOf, quit, sees } from "./browser.js";
import { Experiment } from "./experiment.js";
import { MockServer } from "./mock.js";
import type { MapOptions } from "./scene.js";

const folder = `${process.env["PHASECAST_SOURCE"]}/tools/view/screenshots`;
const scans = 9;
const desk = { viewport: { width: 1200, height: 780 } };

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  const path = `${folder}/${name}.png`;
  await page.screenshot({ path });
  execFileSync("pngquant", ["--force", "--output", path, "--quality", "70-95", path]); // a palette is a third of the size
  console.log(path);
}

/** A reference 1.5 eV too low leaves the derivative of its edge. */
function doubts(residualEv: number[]): Pick<MapOptions, "advice" | "referenceCheck"> {
  return {
    advice: { uncertainty: 0.029, uncertaintyPlanned: 0.029, enough: true },
    referenceCheck: {
      shiftEv: [1.5, 0.02], shiftUncertaintyEv: [0.1, 0.08], shiftApplied: false, residualStructure: 4.2, structured: true, residualEv,
      residual: residualEv.map((ev) => 0.02 * ((ev - 8340) / 5) * Math.exp(-(((ev - 8340) / 7) ** 2)) + 0.001 * Math.sin(7.3 * ev)),
    },
  };
}

function drifts(energies: number): Drift[] {
  return Array.from({ length: energies }, (_, energyIndex) => {
    const t = energyIndex / energies;
    return create(DriftSchema, { energyIndex, x: 2.6 * t + 0.3 * Math.sin(11 * t), y: -1.1 * t * t + 0.2 * Math.cos(17 * t),
      magnification: 1 + 0.004 * t, quality: 0.95, trusted: energyIndex !== 71 });
  });
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const server = new MockServer();
  await server.start();
  const experiment = new Experiment(server, { width: 256, height: 192, scans: 14, noise: 0.012 });
  server.report = { link: "absent", text: "no pipeline answers at tcp://127.0.0.1:5556 yet; waiting for one" };
  let page = await open(server.url, desk);
  await sees(page, "state", "No pipeline yet");
  await shoot(page, "waiting");

  server.link({ link: "connected", text: "connected to tcp://127.0.0.1:5556" });
  for (let scan = 0; scan < scans; ++scan) experiment.keep({ scan, final: true, used: 117 });
  experiment.start(scans);
  experiment.publish({ scan: scans, final: false, used: 60 });
  experiment.status({ counters: { received: 2417n, recorded: 2417n, used: 2380n, scansStarted: 10n, scansClosed: 9n, mapsProvisional: 104n, mapsFinal: 9n, repairedPixels: 57n } });
  await sees(page, "map-text", "60 of 117");
  await page.close();
  page = await open(server.url, desk);
  await sees(page, "energies", "60 of 117");
  await page.locator("#timeline canvas").waitFor();
  await shoot(page, "running");

  await clickPixel(page, "state 1", 60, 96);
  await page.locator("#spectrum-residual canvas").waitFor();
  await page.mouse.move(0, 0);
  await shoot(page, "spectrum");
  await page.keyboard.press("Escape");

  experiment.publish({ scan: scans, final: true, used: 117, residual: 0.11 });
  experiment.status({ state: PipelineState.WAITING, counters: { received: 2534n, recorded: 2534n, used: 2497n, missing: 3n, mapsFinal: 10n }, errors: ["disk full: 3 frames wait"] });
  await page.locator('[data-alarm="missing"]').waitFor();
  await page.locator('[data-alarm^="drift"]').waitFor();
  await shoot(page, "alarm");
  await page.close();

  const doubtful = new Experiment(server, { width: 256, height: 192, scans: 14, noise: 0.012 });
  server.forget();
  doubtful.start(0);
  doubtful.publish({ scan: 0, final: true, used: 117, ...doubts(doubtful.scene.energiesEv) });
  doubtful.status({ state: PipelineState.WAITING, drift: drifts(117), counters: { received: 244n, recorded: 244n, used: 244n, unregistered: 1n, mapsFinal: 1n } });
  page = await open(server.url, { viewport: { width: 1200, height: 1080 } });
  await page.locator("#check-residual canvas").waitFor();
  await page.locator("#magnification canvas").waitFor();
  await shoot(page, "findings");
  await page.close();

  const calm = new Experiment(server, { width: 256, height: 192, scans: 14, noise: 0.012, states: ["Ni2+", "Ni3+", "Ni4+"] });
  server.forget();
  for (let scan = 0; scan < scans; ++scan) calm.keep({ scan, final: true, used: 117 });
  calm.start(scans - 1);
  server.send(server.kept.at(-1)!.parts);
  calm.status({ state: PipelineState.WAITING, counters: { received: 2534n, recorded: 2534n, used: 2534n, mapsFinal: 9n } });
  page = await open(server.url, desk);
  await sees(page, "badge", "Final");
  await page.keyboard.press("f");
  await page.click("#against");
  await page.locator("#timeline canvas").waitFor();
  await shoot(page, "final");
  await page.close();

  page = await open(server.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await sees(page, "badge", "Final");
  await pixelsOf(page, "composite");
  await placeOf(page, "composite", 0, 0);
  await shoot(page, "phone");
  await quit();
  await server.stop();
}

void main();
