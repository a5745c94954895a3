import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { drawFence, type Fence } from './fence.ts';

/** Whose keys; the tenant's own are never destroyed. */
export interface KeysOf {
  readonly tenant: TenantId;
  readonly patientTag: Buffer;
}

/**
 * The destruction of one patient's keys, in the only order in which no body is written under a key
 * that is gone (LED-17):
 *
 * 1. `retire`: no statement that looks from now on takes the keys. A transaction that looked before
 *    had its number by then, so it is below the fence.
 * 2. `isPast(fence)`: all of those have ended.
 * 3. `retire` again: keys that they made, unseen by the first, and that others may use since.
 * 4. `isPast` of the second fence, then `destroy` what was made below the first.
 *
 * Keys made above the first fence are for what happened after it, and stay.
 */
export async function retireKeys(pool: Pool, keys: KeysOf, below?: Fence): Promise<Fence> {
  await asEraser(pool, (tx) =>
    tx.query(
      `update audit_key set retired = true
        where tenant = $1 and patient_tag = $2 and not retired
          and ($3::xid8 is null or xid < $3::xid8)`,
      [keys.tenant, keys.patientTag, below ?? null],
    ),
  );
  return drawFence(pool);
}

/**
 * Within a transaction of the eraser's (`asEraser`), e.g. with the record of it.
 * @returns how many keys are gone
 */
export async function destroyKeys(tx: Queryable, keys: KeysOf, below: Fence): Promise<number> {
  const { rowCount } = await tx.query(
    'delete from audit_key where tenant = $1 and patient_tag = $2 and retired and xid < $3::xid8',
    [keys.tenant, keys.patientTag, below],
  );
  return rowCount ?? 0;
}

/** A transaction with the rights to retire, wrap anew and destroy keys, and to add records. */
export const asEraser = <Value>(pool: Pool, work: (tx: Queryable) => Promise<Value>) =>
  inTransaction(pool, async (tx) => {
    await tx.query('set local role holdfast_eraser');
    return work(tx);
  });
