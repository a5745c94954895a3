import type { TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import type { Pool } from 'pg';

/** A witness's signature lines for the checkpoint of a size. */
export interface Cosignature {
  readonly tenant: TenantId;
  readonly size: number;
  /** Name of the witness's key. */
  readonly witness: string;
  readonly line: string;
}

/**
 * Keeps it beside the checkpoint; one that is there already stays.
 * @param pool as a member of role `holdfast_sequencer`
 */
export async function storeCosignature(
  pool: Pool,
  { tenant, size, witness, line }: Cosignature,
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await tx.query('set local role holdfast_sequencer');
    await tx.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
    await tx.query(
      `insert into log_cosignature (tenant, size, witness, line) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [tenant, size, witness, line],
    );
  });
}
