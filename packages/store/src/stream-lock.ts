import { createHash } from 'node:crypto';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { STREAM_LOCKS_MAX } from './limits.ts';

/**
 * The advisory locks of one write. Everybody takes the tenant's lock first (shared; alone where the
 * write would need more than STREAM_LOCKS_MAX others), then those of conditions, then those of
 * streams, each kind in rising order: so no two writers ever wait for each other in a ring.
 */
export interface WriteLocks {
  /** Nobody else writes in this tenant until this transaction ends. */
  readonly alone: boolean;
  readonly conditions: readonly bigint[];
  readonly streams: readonly bigint[];
}

const lockKey = (text: string): bigint =>
  createHash('sha256').update(text).digest().readBigInt64BE(0);

const rising = (keys: Iterable<bigint>): bigint[] => [...keys].sort((a, b) => (a < b ? -1 : 1));

/**
 * A stream is a patient, or a resource that belongs to none; a condition is the canonical text of
 * what must match. Two that hash alike merely wait for each other.
 * @param streams references such as `Patient/123`
 */
export function planLocks(
  tenant: TenantId,
  streams: Iterable<string>,
  conditions: Iterable<string> = [],
): WriteLocks {
  const keys = (names: Iterable<string>, kind: string) =>
    rising(new Set([...names].map((name) => lockKey(`${tenant}${kind}${name}`))));
  return bounded({ alone: false, conditions: keys(conditions, '?'), streams: keys(streams, '/') });
}

function bounded(locks: WriteLocks): WriteLocks {
  const { conditions, streams } = locks;
  if (!locks.alone && conditions.length + streams.length <= STREAM_LOCKS_MAX) return locks;
  return { alone: true, conditions: [], streams: [] };
}

export function bothLocks(one: WriteLocks, other: WriteLocks): WriteLocks {
  return bounded({
    alone: one.alone || other.alone,
    conditions: rising(new Set([...one.conditions, ...other.conditions])),
    streams: rising(new Set([...one.streams, ...other.streams])),
  });
}

/** Whether who holds `held` needs nothing more for `wanted`. */
export function covers(held: WriteLocks, wanted: WriteLocks): boolean {
  if (held.alone) return true;
  if (wanted.alone) return false;
  const has = (mine: readonly bigint[], theirs: readonly bigint[]) =>
    theirs.every((key) => mine.includes(key));
  return has(held.conditions, wanted.conditions) && has(held.streams, wanted.streams);
}

const TAKE = {
  name: 'store_lock',
  text: 'select store_lock($1::smallint, $2::boolean, $3::bigint[])',
};

/** One round trip; it must come before the transaction's first write and first snapshot that counts. */
export async function takeLocks(
  tx: Queryable,
  tenant: number,
  { alone, conditions, streams }: WriteLocks,
): Promise<void> {
  await tx.query({ ...TAKE, values: [tenant, alone, [...conditions, ...streams]] });
}

/**
 * Takes the streams' locks in a transaction that also writes elsewhere. It must come first: a
 * transaction that draws its id before it waits for a stream would sort its events too early.
 */
export async function lockStreams(
  tx: Queryable,
  tenant: TenantId,
  streams: Iterable<string>,
): Promise<void> {
  await takeLocks(tx, tenant, planLocks(tenant, streams));
}
