import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { fault } from '../errors.ts';
import { LIST_LENGTH, MAX_STANDING_HOLDS } from '../limits.ts';
import { lockGovernance } from './governance-lock.ts';

export interface PlaceHold {
  readonly id: string;
  readonly matter: string;
  readonly custodian: string;
  readonly reason: string;
  /** Tags of the patients it covers; null = everything. */
  readonly patientTags: readonly Buffer[] | null;
  readonly by: string;
  readonly at: Date;
}

export interface LegalHold extends Omit<PlaceHold, 'patientTags'> {
  /** How many patients it covers; null = all. */
  readonly patients: number | null;
  readonly released?: { readonly by: string; readonly at: Date; readonly reason: string };
}

interface HoldRow {
  id: string;
  matter: string;
  custodian: string;
  reason: string;
  patients: number | null;
  placed_by: string;
  placed_at: Date;
  released_by: string | null;
  released_at: Date | null;
  release_reason: string | null;
}

/** Legal holds of one tenant: while one stands, nothing it covers is destroyed. */
export class LegalHolds {
  readonly #tenant: TenantId;
  readonly #pool: Pool;

  /** @param pool as the application's role, behind the tenant's wall */
  constructor(tenant: TenantId, pool: Pool) {
    this.#tenant = tenant;
    this.#pool = pool;
  }

  /**
   * Once it returns, the hold stands: an erasure destroyed before, or finds it.
   * @throws Fault COMPLIANCE_TOO_MANY_HOLDS
   */
  async place(hold: PlaceHold): Promise<void> {
    const { id, matter, custodian, reason, patientTags, by, at } = hold;
    await inTransaction(this.#pool, async (tx) => {
      await lockGovernance(tx, this.#tenant);
      const standing = await tx.query<{ n: number }>(
        'select count(*)::int as n from legal_hold where tenant = $1 and released_at is null',
        [this.#tenant],
      );
      if ((standing.rows[0]?.n ?? 0) >= MAX_STANDING_HOLDS)
        throw fault('COMPLIANCE_TOO_MANY_HOLDS');
      await tx.query(
        `insert into legal_hold
           (tenant, id, matter, custodian, reason, patient_tags, placed_by, placed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [this.#tenant, id, matter, custodian, reason, patientTags, by, at.toISOString()],
      );
    });
  }

  /** @throws Fault COMPLIANCE_NO_SUCH_HOLD */
  async release(
    id: string,
    { by, at, reason }: { readonly by: string; readonly at: Date; readonly reason: string },
  ): Promise<void> {
    const { rowCount } = await this.#pool.query(
      `update legal_hold set released_by = $3, released_at = $4, release_reason = $5
        where tenant = $1 and id = $2 and released_at is null`,
      [this.#tenant, id, by, at.toISOString(), reason],
    );
    if (rowCount === 0) throw fault('COMPLIANCE_NO_SUCH_HOLD');
  }

  /** Those that stand, then the released; newest first. */
  async list(): Promise<LegalHold[]> {
    const { rows } = await this.#pool.query<HoldRow>(
      `select id, matter, custodian, reason, cardinality(patient_tags) as patients, placed_by,
         placed_at, released_by, released_at, release_reason
       from legal_hold where tenant = $1
       order by released_at is not null, placed_at desc limit $2`,
      [this.#tenant, LIST_LENGTH],
    );
    return rows.map(holdOf);
  }
}

/** Matters of the standing holds that cover a patient. */
export async function mattersHolding(
  source: Queryable,
  { tenant, patientTag }: { readonly tenant: TenantId; readonly patientTag: Buffer },
): Promise<string[]> {
  const { rows } = await source.query<{ matter: string }>(
    `select matter from legal_hold where tenant = $1 and released_at is null
       and (patient_tags is null or $2 = any(patient_tags)) order by matter`,
    [tenant, patientTag],
  );
  return rows.map(({ matter }) => matter);
}

function holdOf(row: HoldRow): LegalHold {
  const { id, matter, custodian, reason, patients, placed_by: by, placed_at: at } = row;
  const { released_by, released_at, release_reason } = row;
  const released = released_at !== null && {
    released: { by: released_by ?? '', at: released_at, reason: release_reason ?? '' },
  };
  return { id, matter, custodian, reason, patients, by, at, ...released };
}
