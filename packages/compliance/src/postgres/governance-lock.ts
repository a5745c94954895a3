import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';

/** Class of the advisory lock: "cmpl" in ASCII. */
const GOVERNANCE_LOCK = 1_668_116_588;

/** Held to the transaction's end: a hold is placed before a destruction, or after it. */
export async function lockGovernance(tx: Queryable, tenant: TenantId): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, $2)', [GOVERNANCE_LOCK, tenant]);
}
