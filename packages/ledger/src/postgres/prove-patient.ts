import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { fault } from '../errors.ts';
import type { Hash } from '../merkle/hash.ts';
import { type IndexPath, pathWithin, verifyCompleteness } from '../patient-index/completeness.ts';
import { FIXED_DEPTH, PrefixTrie } from '../patient-index/prefix-trie.ts';
import { sha256 } from '../sha256/node.ts';
import { prefixOf, readIndexTile, readLatestIndex, readSubtrees, TOP } from './patient-index.ts';

/** All entries of the log about a patient, and what proves that there are no others. */
export interface ProvenPatient {
  /** Entries of the log that the answer covers. */
  readonly size: number;
  readonly root: Uint8Array;
  /** The record whose leaf commits to the root: prove it with `proveEntry`. */
  readonly rootRecord: string;
  readonly path: IndexPath;
  /** Ascending by position. */
  readonly entries: readonly ProvenAccess[];
}

/** One of the entries, with its record as stored. */
export interface ProvenAccess {
  readonly position: number;
  readonly auditId: string;
  readonly actor: string;
  readonly leaf: Buffer;
}

interface EntryRow {
  audit_id: string;
  actor: string;
  leaf: Buffer;
  position: string | null;
}

const ENTRIES = `select a.audit_id, a.actor, a.leaf,
    b.position + array_position(b.audit_ids, a.audit_id) - 1 as position
  from audit a
  cross join lateral (
    select b.position, b.audit_ids from log_batch b
    where b.tenant = a.tenant and (b.last_xid, b.last_id) >= (a.xid, a.id)
    order by b.last_xid, b.last_id limit 1) b
  where a.tenant = $1 and a.patient_tag = $2 and b.position < $3
  order by a.xid, a.id`;

/**
 * O(answer): the patient's own records, and at most 16 hashes and one small subtree of the index.
 * @throws Fault LED_NOT_YET_PROVABLE before the first index; LED_ALTERED where what is stored does
 *   not prove
 */
export function provePatient(
  pool: Pool,
  { tenant, tag }: { readonly tenant: TenantId; readonly tag: Uint8Array },
): Promise<ProvenPatient> {
  return inTransaction(pool, async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const index = await readLatestIndex(tx, tenant);
    if (index === null) throw fault('LED_NOT_YET_PROVABLE');
    const { size, root, auditId: rootRecord } = index;
    const path = await pathOf(tx, tenant, tag);
    const { rows } = await tx.query<EntryRow>(ENTRIES, [tenant, tag, size]);
    const entries = rows
      .map(({ audit_id: auditId, position, ...record }) => ({
        ...record,
        auditId,
        position: Number(position ?? -1),
      }))
      .filter(({ position }) => position < size);
    const positions = entries.map(({ position }) => position);
    if (!verifyCompleteness({ tag, positions, path, root }, sha256)) {
      throw fault('LED_ALTERED', { diagnostics: 'the records of one patient and the index' });
    }
    return { size, root, rootRecord, path, entries };
  });
}

async function pathOf(source: Queryable, tenant: TenantId, tag: Uint8Array): Promise<IndexPath> {
  const trie = new PrefixTrie(sha256);
  const prefix = prefixOf(tag);
  const patients = (await readSubtrees(source, tenant, [prefix])).get(prefix) ?? [];
  const below = pathWithin(patients, { tag, depth: FIXED_DEPTH, trie });
  const middle = await readIndexTile(source, tenant, prefix >> 8);
  const top = await readIndexTile(source, tenant, TOP);
  return {
    ...below,
    siblings: [
      ...below.siblings,
      ...beside(middle, prefix & 0xff, trie),
      ...beside(top, prefix >> 8, trie),
    ],
  };
}

/** Hashes beside the path of one of 256 subtrees, from the deepest up. */
function beside(hashes: readonly Hash[], index: number, trie: PrefixTrie): Hash[] {
  const siblings: Hash[] = [];
  for (let width = 1; width < hashes.length; width *= 2) {
    const start = (Math.floor(index / width) ^ 1) * width;
    siblings.push(trie.over(hashes.slice(start, start + width)));
  }
  return siblings;
}
