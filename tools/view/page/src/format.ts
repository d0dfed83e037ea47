/** Numbers and times as the page writes them. */

export const percent = (fraction: number | null | undefined, digits = 1): string =>
  fraction == null ? "–" : `${(100 * fraction).toFixed(digits)} %`;

/** Three significant digits, without an exponent for everyday sizes. */
export const short = (value: number): string => {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
};

/** With its sign, as a person writes it. */
export const signed = (value: number, digits: number): string =>
  `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

export const count = (value: bigint | number): string => value.toLocaleString("en-US").replaceAll(",", "\u202f");

export const plural = (value: bigint | number, noun: string): string =>
  `${count(value)} ${noun}${Number(value) === 1 ? "" : "s"}`;

export const milliseconds = (utcNs: bigint | string): number => Number(BigInt(utcNs) / 1_000_000n);

export const clock = (ms: number): string => new Date(ms).toLocaleTimeString("en-GB");

/** "Ni2+" as "Ni²⁺": a charge at the end of a name. */
export const chemical = (name: string): string =>
  name.replace(/(\d?)([+-])$/, (_, digit: string, sign: string) =>
    (digit && "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]) + (sign === "+" ? "⁺" : "⁻"));

/** A field of a CSV line. */
export const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
