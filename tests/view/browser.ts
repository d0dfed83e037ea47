/** A headless chromium and what tests ask of the page in it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Nothing here is about speed: a limit only ends a test that hangs. */
export const patience = 60_000;

let browser: Promise<Browser> | undefined;

export function launch(): Promise<Browser> {
  const executablePath = process.env["PHASECAST_CHROMIUM"] ?? "/usr/bin/chromium";
  return (browser ??= chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] }));
}

export async function quit(): Promise<void> {
  if (browser) await (await browser).close();
  browser = undefined;
}

export async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await launch()).newContext({ viewport: { width: 1400, height: 900 }, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(url);
  return page;
}

/** Waits until an element's text contains what it should. */
export async function sees(page: Page, id: string, text: string): Promise<void> {
  await page.waitForFunction(([name, wanted]) => document.getElementById(name!)?.textContent?.includes(wanted!), [id, text] as const)
    .catch(async (error: Error) => {
      throw new Error(`#${id} never said "${text}", but "${await page.textContent(`#${id}`)}" (${error.message})`);
    });
}

/** The packed pixels of a panel's canvas. */
export async function pixelsOf(page: Page, panel: string): Promise<Uint32Array> {
  const text = await page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-name="${name}"] canvas.map`)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let bytes = "";
    for (let at = 0; at < data.length; at += 8192) bytes += String.fromCharCode(...data.subarray(at, at + 8192));
    return btoa(bytes);
  }, panel);
  const bytes = Buffer.from(text, "base64");
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return new Uint32Array(copy);
}

/** The place of a map pixel's middle on the screen. */
export async function placeOf(page: Page, panel: string, x: number, y: number): Promise<{ x: number; y: number }> {
  return page.evaluate(([name, column, row]) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-name="${name}"] canvas.map`)!;
    const bounds = canvas.getBoundingClientRect();
    const size = bounds.width / canvas.width;
    return { x: bounds.left + (column + 0.5) * size, y: bounds.top + (row + 0.5) * size };
  }, [panel, x, y] as const);
}

export async function clickPixel(page: Page, panel: string, x: number, y: number): Promise<void> {
  const place = await placeOf(page, panel, x, y);
  await page.mouse.click(place.x, place.y);
}
