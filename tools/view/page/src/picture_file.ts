/** The page as it is on the screen, as PNG. */
import { toBlob } from "html-to-image";
import { download } from "./dom.js";

export async function savePng(name: string): Promise<void> {
  const blob = await toBlob(document.body, { skipFonts: true, backgroundColor: "#14161a", pixelRatio: devicePixelRatio });
  if (!blob) throw new Error("the browser made no picture of the page");
  download(name, [blob], "image/png");
}
