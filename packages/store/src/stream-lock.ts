import { createHash } from 'node:crypto';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';

/**
 * The advisory locks of a write, in the one order in which everybody takes them, so that two
 * writers never wait for each other in a ring. A stream is a patient, or a resource that belongs
 * to none; two streams that hash alike merely wait for each other.
 * @param streams references such as `Patient/123`
 */
export function planLocks(tenant: TenantId, streams: Iterable<string>): bigint[] {
  const keys = new Set<bigint>();
  for (const stream of streams) {
    keys.add(createHash('sha256').update(`${tenant}/${stream}`).digest().readBigInt64BE(0));
  }
  return [...keys].sort((a, b) => (a < b ? -1 : 1));
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
  for (const key of planLocks(tenant, streams)) {
    await tx.query('select pg_advisory_xact_lock($1)', [key]);
  }
}
