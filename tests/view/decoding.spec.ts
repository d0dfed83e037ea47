import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMap } from "../../tools/view/page/src/protocol.js";
import { frame, unframe } from "../../tools/view/page/src/wire.js";
import { npy } from "../../tools/view/page/src/save.js";
import { Scene } from "./scene.js";

const scene = new Scene({ width: 7, height: 5, states: ["a", "b", "c"], energies: 11, scans: 3, noise: 0.02 });
const wireOf = (parts: Uint8Array[]): ArrayBuffer => frame(parts).buffer;

test("a framed message comes back part by part, each at a multiple of four bytes", () => {
  const parts = [[1], [], [2, 3, 4, 5], [6, 7, 8, 9, 10]].map((bytes) => Uint8Array.from(bytes));
  const back = unframe(wireOf(parts));
  assert.deepEqual(back.map((part) => [...part]), parts.map((part) => [...part]));
  assert.ok(back.every((part) => part.byteOffset % 4 === 0));
});

test("a message cut anywhere is refused, with what is wrong", () => {
  const whole = wireOf([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7)]);
  for (const length of [0, 3, 4, 11, 14, 19]) assert.throws(() => unframe(whole.slice(0, length)), /message of \d+ bytes: /, `${length} bytes`);
});

test("every layer of a map is decoded to the published bits", () => {
  const made = scene.maps({ scan: 1, used: 4 });
  const map = decodeMap(unframe(wireOf(scene.phaseMap({ number: 3, scan: 1, used: 4, final: false }, made))));
  assert.deepEqual([map.width, map.height, map.header.mapNumber, map.header.final], [7, 5, 3n, false]);
  for (const layer of ["fraction", "uncertainty", "scale", "residual", "mask"] as const)
    assert.ok(Buffer.from(map[layer].buffer, map[layer].byteOffset, map[layer].byteLength).equals(Buffer.from(made[layer].buffer)), layer);
});

test("layers are found by what the header says of them, not by their place", () => {
  const made = scene.maps({ scan: 1, used: 4 });
  const map = decodeMap(scene.phaseMap({ number: 0, scan: 1, used: 4, final: true }, { ...made, scale: made.residual, residual: made.scale }));
  assert.deepEqual(map.scale, made.residual);
});

test("a map whose layer is too short is refused by the layer's name", () => {
  const parts = scene.phaseMap({ number: 0, scan: 0, used: 2, final: true });
  parts[3] = parts[3]!.subarray(4);
  assert.throws(() => decodeMap(parts), /layer SCALE has 136 bytes, expected 140/);
});

test("an NPY header is aligned to 64 bytes and states the shape", () => {
  const [head, data] = npy(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
  assert.equal(head!.length % 64, 0);
  const text = Buffer.from(head!).toString("latin1");
  assert.equal(head!.length - 10, head![8]! + 256 * head![9]!);
  assert.match(text, /^\x93NUMPY\x01\x00..\{'descr': '<f4', 'fortran_order': False, 'shape': \(1, 2, 3\), \} *\n$/s);
  assert.equal(new Float32Array(data!.buffer)[4], 5);
});
