/** What is shown, as files: NumPy array, table, picture. */
import { download } from "./dom.js";
import { quoted } from "./format.js";
import type { Box, PhaseMap } from "./protocol.js";

export const fileStem = (map: PhaseMap): string =>
  `phasecast_scan${String(map.header.scanIndex).padStart(3, "0")}_map${map.header.mapNumber}${map.header.final ? "_final" : ""}`;

/** NumPy's format 1.0 (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
export function npy(values: Float32Array, shape: number[]): Uint8Array<ArrayBuffer>[] {
  const describe = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const prefix = 10;
  const length = Math.ceil((prefix + describe.length + 1) / 64) * 64 - prefix;
  const head = new Uint8Array(prefix + length).fill(0x20);
  head.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 255, length >> 8]);
  head.set(new TextEncoder().encode(describe), prefix);
  head[head.length - 1] = 0x0a;
  return [head, new Uint8Array(values.slice().buffer)];
}

const rowsAtOnce = 64;

/** One line per pixel of the box; masked pixels have empty fractions. */
export function mapCsv(map: PhaseMap, box: Box): string[] {
  const { states } = map.header;
  const size = map.mask.length;
  const title = ["x,y,mask,scale,residual", ...states.map((name) => quoted(`fraction ${name}`)), ...states.map((name) => quoted(`uncertainty ${name}`))].join(",");
  const text = (value: number): string => (Number.isNaN(value) ? "" : String(Number(value.toPrecision(7))));
  const stack = (values: Float32Array, pixel: number): string => states.map((_, state) => text(values[state * size + pixel]!)).join(",");
  const chunks = [title + "\n"];
  for (let top = box.y; top < box.y + box.height; top += rowsAtOnce) {
    let lines = "";
    for (let y = top; y < Math.min(top + rowsAtOnce, box.y + box.height); ++y)
      for (let x = box.x; x < box.x + box.width; ++x) {
        const pixel = y * map.width + x;
        lines += `${x},${y},${map.mask[pixel]},${text(map.scale[pixel]!)},${text(map.residual[pixel]!)},${stack(map.fraction, pixel)},${stack(map.uncertainty, pixel)}\n`;
      }
    chunks.push(lines);
  }
  return chunks;
}

export function saveNpy(map: PhaseMap): void {
  const shape = [map.header.states.length, map.height, map.width];
  download(`${fileStem(map)}_fraction.npy`, npy(map.fraction, shape), "application/octet-stream");
}

export function saveCsv(map: PhaseMap, box: Box): void {
  download(`${fileStem(map)}.csv`, mapCsv(map, box), "text/csv");
}
