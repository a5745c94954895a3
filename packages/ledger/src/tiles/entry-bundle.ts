import { err, invariant, ok, type Result } from '@holdfast/kernel';
import { MAX_LEAF_BYTES } from '../limits.ts';
import { TILE_WIDTH } from './tile-path.ts';

/** Entries one after the other, each with a big-endian uint16 length (C2SP tlog-tiles). */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of entries) {
    invariant(entry.length <= MAX_LEAF_BYTES, 'LED-2 a leaf fits an entry bundle');
    view.setUint16(at, entry.length);
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

export function decodeEntryBundle(bytes: Uint8Array): Result<Uint8Array[], 'malformed-bundle'> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length || entries.length === TILE_WIDTH) return err('malformed-bundle');
    const end = at + 2 + view.getUint16(at);
    if (end > bytes.length) return err('malformed-bundle');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return ok(entries);
}
