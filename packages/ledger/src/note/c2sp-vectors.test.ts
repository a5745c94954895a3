import { describe, expect, it } from 'vitest';
import { nodeCryptography } from '../ed25519/node.ts';
import { webCryptography } from '../ed25519/web-crypto.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { nodeTreeHasher, sha256 } from '../sha256/node.ts';
import { readVector, vectorsPresent } from '../testing/vectors.ts';
import { decodeEntryBundle, encodeEntryBundle } from '../tiles/entry-bundle.ts';
import { joinHashes } from '../tiles/hash-tile.ts';
import { parseTilePath, tilePath, tilesAt } from '../tiles/tile-path.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureTime, noteVerifier } from './signature.ts';
import { openNote, parseNote } from './signed-note.ts';
import { formatVerifierKey, parseVerifierKey } from './verifier-key.ts';

interface Examples {
  signed_note_verifiable: { vkey: string; note: string };
  checkpoint_parse_only: { text: string; origin: string; size: number; root: string };
  cosigned_checkpoint_parse_only: { text: string; cosignature_timestamp: number };
  cosignature_vkeys_valid: string[];
  vkeys_invalid: string[];
  tile_path_examples: { index: number; level: number; path: string }[];
  tile_shape_examples: Record<string, number | null>[];
  rfc6962_hash_vectors: { sha256_hex: string }[];
}

const json = (path: string) => JSON.parse(readVector(path).toString('utf8')) as unknown;
const examples = vectorsPresent ? (json('spec-examples/c2sp-examples.json') as Examples) : null;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe.skipIf(examples === null)('the C2SP examples', () => {
  const given = examples as Examples;

  it.each([
    ['node', nodeCryptography],
    ['web', webCryptography],
  ])('the published note opens with its key on the %s platform', async (_, cryptography) => {
    const { vkey, note } = given.signed_note_verifiable;
    const verifier = noteVerifier(vkey, cryptography);
    if (!verifier.ok) throw new Error(verifier.error);
    expect(await openNote(note, [verifier.value])).toMatchObject({ ok: true });
    const altered = note.replace('example message', 'other message');
    expect(await openNote(altered, [verifier.value])).toEqual({
      ok: false,
      error: 'bad-signature',
    });
    expect(await openNote(note, [])).toEqual({ ok: false, error: 'no-known-signature' });
  });

  it('the published checkpoints parse, with and without a cosignature', () => {
    for (const { text } of [given.checkpoint_parse_only, given.cosigned_checkpoint_parse_only]) {
      const note = parseNote(text);
      if (!note.ok) throw new Error(note.error);
      const { origin, size, root } = given.checkpoint_parse_only;
      const checkpoint = parseCheckpoint(note.value.text);
      if (!checkpoint.ok) throw new Error(checkpoint.error);
      expect({ ...checkpoint.value, root: toBase64(checkpoint.value.root) }).toEqual({
        origin,
        size,
        root,
      });
      const witness = note.value.signatures[1];
      if (witness === undefined) continue;
      const { cosignature_timestamp } = given.cosigned_checkpoint_parse_only;
      expect(cosignatureTime(witness.signature)).toBe(BigInt(cosignature_timestamp));
    }
  });

  it('valid verifier keys survive a round trip and invalid ones are refused', () => {
    for (const text of given.cosignature_vkeys_valid) {
      const key = parseVerifierKey(text, sha256);
      if (!key.ok) throw new Error(`${text}: ${key.error}`);
      expect(formatVerifierKey(key.value)).toBe(text);
    }
    for (const text of given.vkeys_invalid)
      expect(parseVerifierKey(text, sha256).ok, text).toBe(false);
  });

  it('tile paths and shapes are those of the specification', () => {
    for (const { path, index, level } of given.tile_path_examples) {
      expect(tilePath({ level, index, width: 256 })).toBe(path);
      expect(parseTilePath(path)).toEqual({ ok: true, value: { level, index, width: 256 } });
    }
    for (const shape of given.tile_shape_examples) {
      for (const level of [0, 1, 2]) {
        const { full, partial } = tilesAt(level, shape['tree_size'] ?? 0);
        const wanted = [
          shape[`level${level}_full`] ?? 0,
          shape[`level${level}_partial_width`] ?? 0,
        ];
        expect([full, partial], `level ${level} of ${shape['tree_size']}`).toEqual(wanted);
      }
    }
  });

  it('the three hashes are those of RFC 6962', () => {
    const [empty, emptyLeaf, leaf, node] = given.rfc6962_hash_vectors.map((row) => row.sha256_hex);
    expect(hex(nodeTreeHasher.empty)).toBe(empty);
    expect(hex(nodeTreeHasher.leaf(Buffer.of()))).toBe(emptyLeaf);
    expect(hex(nodeTreeHasher.leaf(Buffer.from('L123456')))).toBe(leaf);
    // The published node hash has inputs of four bytes, which this package's node() never sees.
    expect(hex(sha256(Buffer.from('\u0001N123N456')))).toBe(node);
  });
});

describe.skipIf(!vectorsPresent)('a log written by other software (Tessera, 15 entries)', () => {
  it('every checkpoint, tile and entry bundle is reproduced from the entries', async () => {
    const entries = (json('tessera-testlog/entries.json') as string[]).map((text) =>
      Buffer.from(text),
    );
    const verifier = noteVerifier(
      readVector('tessera-testlog/vkey.txt').toString('utf8').trim(),
      nodeCryptography,
    );
    if (!verifier.ok) throw new Error(verifier.error);
    const range = new CompactRange(nodeTreeHasher);
    const hashes: Uint8Array[] = [];
    for (let size = 0; size <= entries.length; size++) {
      const note = readVector(`tessera-testlog/checkpoint.${size}`).toString('utf8');
      const checkpoint = await openCheckpoint(note, verifier.value);
      if (!checkpoint.ok) throw new Error(checkpoint.error);
      expect(checkpoint.value.size).toBe(size);
      expect(hex(checkpoint.value.root)).toBe(hex(range.root()));
      if (size > 0) {
        const bundle = readVector(`tessera-testlog/tile/entries/000.p/${size}`);
        expect(hex(encodeEntryBundle(entries.slice(0, size)))).toBe(hex(bundle));
        expect(decodeEntryBundle(bundle)).toMatchObject({ ok: true, value: { length: size } });
        const tile = tilePath({ level: 0, index: 0, width: size });
        expect(hex(joinHashes(hashes))).toBe(hex(readVector(`tessera-testlog/${tile}`)));
      }
      const entry = entries[size];
      if (entry === undefined) continue;
      const leafHash = nodeTreeHasher.leaf(entry);
      hashes.push(leafHash);
      range.append(leafHash);
    }
  });

  it('base64 has one spelling', () => {
    expect(fromBase64('AA==').ok).toBe(true);
    for (const text of ['AB==', 'AA=', 'AA', 'AA==\n', '_-8='])
      expect(fromBase64(text).ok).toBe(false);
  });
});
