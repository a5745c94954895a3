import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import type { Hash } from '../merkle/hash.ts';
import { proveInclusion, verifyInclusion } from '../merkle/inclusion.ts';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { parseNote } from '../note/signed-note.ts';
import { formatTlogProof } from '../proof/tlog-proof.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { readLatestCheckpoint, storedNodes } from './stored-log.ts';

/**
 * Offline proofs of many entries against the newest checkpoint, one and the same: as `proveEntry` for
 * each of them, but tiles near the root are read once.
 * @param entries.leaf byte for byte
 * @returns a `.tlog-proof` each (C2SP tlog-proof), in their order
 * @throws Fault LED_NOT_YET_PROVABLE where a position is beyond the checkpoint; LED_ALTERED
 */
export async function proveEntries(
  source: Queryable,
  {
    tenant,
    entries,
  }: {
    readonly tenant: TenantId;
    readonly entries: readonly { readonly position: number; readonly leaf: Uint8Array }[];
  },
): Promise<string[]> {
  const stored = await readLatestCheckpoint(source, tenant);
  if (stored === null) throw fault('LED_NOT_YET_PROVABLE');
  const note = parseNote(stored.note);
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!checkpoint.ok) throw fault('LED_ALTERED', { diagnostics: checkpoint.error });
  const { size, root } = checkpoint.value;
  const tiles = new Map<string, Hash[]>();
  const nodes = storedNodes(source, { tenant, size }, tiles);
  const proofs: string[] = [];
  for (const { position: index, leaf } of entries) {
    if (index >= size) throw fault('LED_NOT_YET_PROVABLE');
    const proof = await proveInclusion({ index, size }, nodes, nodeTreeHasher);
    const leafHash = nodeTreeHasher.leaf(leaf);
    if (!verifyInclusion({ index, size, leafHash, root, proof }, nodeTreeHasher)) {
      throw fault('LED_ALTERED', { diagnostics: `no path from entry ${index} to the checkpoint` });
    }
    proofs.push(formatTlogProof({ index, hashes: proof, checkpoint: stored.note }));
  }
  return proofs;
}
