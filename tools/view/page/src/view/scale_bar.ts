/** A round length that fits in a quarter of the panel. */

export function scaleBar(panelWidth: number, cssPerPixel: number, pixelSizeUm: number): { width: number; text: string } {
  const known = pixelSizeUm > 0;
  const perUnit = known ? cssPerPixel / pixelSizeUm : cssPerPixel;
  const longest = panelWidth / 4 / perUnit;
  const power = 10 ** Math.floor(Math.log10(longest));
  const length = power * [5, 2, 1].find((step) => step * power <= longest)!;
  return { width: length * perUnit, text: `${Number(length.toPrecision(1))} ${known ? "µm" : "px"}` };
}
