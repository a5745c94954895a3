import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ed25519Signer, ed25519VerifierKey, nodeCryptography } from '../ed25519/node.ts';
import { webCryptography } from '../ed25519/web-crypto.ts';
import { treeHasher } from '../merkle/hash.ts';
import { proveInclusion } from '../merkle/inclusion.ts';
import { formatCheckpoint } from '../note/checkpoint.ts';
import { noteVerifier } from '../note/signature.ts';
import { signNote } from '../note/signed-note.ts';
import { nodeTreeHasher as hasher } from '../sha256/node.ts';
import { portableSha256 } from '../sha256/portable.ts';
import { memoryNodes, numberedEntries, recursiveRoot } from '../testing/memory-tree.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';

const origin = 'log.example/audit/1';
const { privateKey } = generateKeyPairSync('ed25519');
const opened = noteVerifier(ed25519VerifierKey(origin, privateKey), nodeCryptography);
if (!opened.ok) throw new Error(opened.error);
const verifier = opened.value;
const entries = numberedEntries(21);
const leafHashes = entries.map((entry) => hasher.leaf(entry));
const checkpoint = signNote(
  formatCheckpoint({ origin, size: 21, root: recursiveRoot(leafHashes, hasher) }),
  [ed25519Signer(origin, privateKey)],
);

async function proofOf(index: number): Promise<string> {
  const read = memoryNodes(leafHashes, hasher);
  const hashes = await proveInclusion({ index, size: 21 }, read, hasher);
  return formatTlogProof({ index, hashes, checkpoint, extra: Buffer.from('context') });
}

describe('a .tlog-proof file', () => {
  it('proves its leaf offline, and no other leaf', async () => {
    const proof = await proofOf(13);
    const leaf = entries[13] ?? Buffer.of();
    expect(await verifyTlogProof({ leaf, proof }, { verifier, hasher })).toMatchObject({
      ok: true,
      value: { index: 13, checkpoint: { origin, size: 21 } },
    });
    const other = entries[12] ?? Buffer.of();
    expect(await verifyTlogProof({ leaf: other, proof }, { verifier, hasher })).toEqual({
      ok: false,
      error: 'not-included',
    });
  });

  it('is checked the same in a browser: WebCrypto and the portable SHA-256', async () => {
    const web = noteVerifier(ed25519VerifierKey(origin, privateKey), webCryptography);
    if (!web.ok) throw new Error(web.error);
    const platform = { verifier: web.value, hasher: treeHasher(portableSha256) };
    const proof = await proofOf(7);
    const [leaf, other] = [entries[7] ?? Buffer.of(), entries[8] ?? Buffer.of()];
    expect(await verifyTlogProof({ leaf, proof }, platform)).toMatchObject({ ok: true });
    expect(await verifyTlogProof({ leaf: other, proof }, platform)).toMatchObject({ ok: false });
  });

  it('stops being one when any single character changes', async () => {
    const proof = await proofOf(20);
    const leaf = entries[20] ?? Buffer.of();
    // The extra line is opaque by definition; everything else must bind.
    const bound = proof.indexOf('index ');
    for (let at = 0; at < proof.length; at++) {
      if (at >= proof.indexOf('extra ') + 6 && at < bound - 1) continue;
      const changed = `${proof.slice(0, at)}${proof[at] === 'B' ? 'C' : 'B'}${proof.slice(at + 1)}`;
      const verdict = await verifyTlogProof({ leaf, proof: changed }, { verifier, hasher });
      expect(verdict.ok, `character ${at}`).toBe(false);
    }
  });

  it('survives a round trip', async () => {
    const text = await proofOf(0);
    const parsed = parseTlogProof(text);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(formatTlogProof(parsed.value)).toBe(text);
  });
});
