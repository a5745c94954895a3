import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import { sameHash } from '../merkle/hash.ts';
import { proveInclusion, verifyInclusion } from '../merkle/inclusion.ts';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { parseNote } from '../note/signed-note.ts';
import { formatTlogProof } from '../proof/tlog-proof.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { splitHashes } from '../tiles/hash-tile.ts';
import { readLatestCheckpoint, storedNodes } from './stored-log.ts';

export interface ProvenEntry {
  readonly position: number;
  /** The leaf the proof is about, byte for byte. */
  readonly leaf: Buffer;
  /** A `.tlog-proof` file (C2SP tlog-proof). */
  readonly proof: string;
}

/**
 * The offline proof of one audit record against the newest checkpoint: O(log n) hashes.
 *
 * @param entry.auditId the record's id (UUIDv7)
 * @throws Fault LED_NO_SUCH_ENTRY; LED_NOT_YET_PROVABLE until a checkpoint covers the record;
 *   LED_ALTERED where the stored log yields no valid proof
 */
export async function proveEntry(
  source: Queryable,
  { tenant, auditId }: { readonly tenant: TenantId; readonly auditId: string },
): Promise<ProvenEntry> {
  const row = await findRecord(source, tenant, auditId);
  if (row === null) throw fault('LED_NO_SUCH_ENTRY');
  const batch = await findBatch(source, tenant, row);
  const stored = await readLatestCheckpoint(source, tenant);
  if (batch === null || stored === null) throw fault('LED_NOT_YET_PROVABLE');

  const leafHash = nodeTreeHasher.leaf(row.leaf);
  const offset = splitHashes(batch.leaf_hashes).findIndex((hash) => sameHash(hash, leafHash));
  if (offset === -1) throw fault('LED_ALTERED', { diagnostics: `record ${auditId}` });
  const position = Number(batch.position) + offset;
  if (position >= stored.size) throw fault('LED_NOT_YET_PROVABLE');

  const note = parseNote(stored.note);
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!checkpoint.ok) throw fault('LED_ALTERED', { diagnostics: checkpoint.error });
  const { size, root } = checkpoint.value;
  const place = { index: position, size };
  const proof = await proveInclusion(place, storedNodes(source, { tenant, size }), nodeTreeHasher);
  if (!verifyInclusion({ ...place, leafHash, root, proof }, nodeTreeHasher)) {
    throw fault('LED_ALTERED', { diagnostics: `no path from record ${auditId} to the checkpoint` });
  }
  const text = formatTlogProof({ index: position, hashes: proof, checkpoint: stored.note });
  return { position, leaf: row.leaf, proof: text };
}

interface RecordRow {
  xid: string;
  id: string;
  leaf: Buffer;
}

async function findRecord(
  source: Queryable,
  tenant: TenantId,
  auditId: string,
): Promise<RecordRow | null> {
  const recorded = uuidTime(auditId);
  if (recorded === null) return null;
  const { rows } = await source.query<RecordRow>(
    `select xid::text as xid, id, leaf from audit
      where tenant = $1 and audit_id = $2 and recorded = $3`,
    [tenant, auditId, recorded.toISOString()],
  );
  return rows[0] ?? null;
}

async function findBatch(source: Queryable, tenant: TenantId, { xid, id }: RecordRow) {
  const { rows } = await source.query<{ position: string; leaf_hashes: Buffer }>(
    `select position, leaf_hashes from log_batch
      where tenant = $1 and (last_xid, last_id) >= ($2::xid8, $3::bigint)
      order by last_xid, last_id limit 1`,
    [tenant, xid, id],
  );
  return rows[0] ?? null;
}

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The millisecond a UUIDv7 was made in (RFC 9562 section 5.7). */
function uuidTime(uuid: string): Date | null {
  const [, high, low] = UUID.exec(uuid) ?? [];
  return high === undefined ? null : new Date(Number.parseInt(`${high}${low}`, 16));
}
