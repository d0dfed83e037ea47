/** A message in one buffer: u32 count, u32 length of each part, then the parts, each padded to a multiple of 4 bytes. */

const padded = (bytes: number): number => (bytes + 3) & ~3;

export function unframe(buffer: ArrayBuffer): Uint8Array[] {
  const view = new DataView(buffer);
  const fault = (what: string): Error => new Error(`message of ${buffer.byteLength} bytes: ${what}`);
  if (buffer.byteLength < 4) throw fault("expected at least 4, the count of its parts");
  const count = view.getUint32(0, true);
  let offset = 4 + 4 * count;
  if (offset > buffer.byteLength) throw fault(`says it has ${count} parts, more than fit`);
  const parts: Uint8Array[] = [];
  for (let part = 0; part < count; ++part) {
    const length = view.getUint32(4 + 4 * part, true);
    if (offset + length > buffer.byteLength) throw fault(`part ${part} says ${length} bytes, beyond its end`);
    parts.push(new Uint8Array(buffer, offset, length));
    offset += padded(length);
  }
  return parts;
}

export function frame(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = 4 + 4 * parts.length;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + padded(part.length), head));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, parts.length, true);
  let offset = head;
  parts.forEach((part, index) => {
    view.setUint32(4 + 4 * index, part.length, true);
    bytes.set(part, offset);
    offset += padded(part.length);
  });
  return bytes;
}

export const topicOf = (parts: Uint8Array[]): string => new TextDecoder().decode(parts[0]);
