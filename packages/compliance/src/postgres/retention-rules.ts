import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { lockGovernance } from './governance-lock.ts';

/** Kinds of records that a rule is about. */
export const RECORD_CLASSES = ['audit'] as const;
export type RecordClass = (typeof RECORD_CLASSES)[number];

export interface RetentionRule {
  readonly recordClass: RecordClass;
  readonly version: number;
  readonly minimumDays: number;
  /** The law or policy it follows. */
  readonly authority: string;
  readonly by: string;
  readonly at: Date;
}

/** How long records are kept at least; every change is kept, the newest of a class holds. */
export class RetentionRules {
  readonly #tenant: TenantId;
  readonly #pool: Pool;

  /** @param pool as the application's role, behind the tenant's wall */
  constructor(tenant: TenantId, pool: Pool) {
    this.#tenant = tenant;
    this.#pool = pool;
  }

  async set(rule: Omit<RetentionRule, 'version'>): Promise<void> {
    await inTransaction(this.#pool, async (tx) => {
      await lockGovernance(tx, this.#tenant);
      await tx.query(
        `insert into retention_rule
           (tenant, record_class, version, minimum_days, authority, set_by, set_at)
         select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6
           from retention_rule where tenant = $1 and record_class = $2`,
        [
          this.#tenant,
          rule.recordClass,
          rule.minimumDays,
          rule.authority,
          rule.by,
          rule.at.toISOString(),
        ],
      );
    });
  }

  /** All there ever were, newest first. */
  async list(): Promise<RetentionRule[]> {
    const { rows } = await this.#pool.query<RetentionRule>(
      `select record_class as "recordClass", version, minimum_days as "minimumDays", authority,
         set_by as by, set_at as at
       from retention_rule where tenant = $1 order by record_class, version desc`,
      [this.#tenant],
    );
    return rows;
  }
}

/** Null where no rule was ever set. */
export async function minimumDays(
  source: Queryable,
  tenant: TenantId,
  recordClass: RecordClass,
): Promise<number | null> {
  const { rows } = await source.query<{ days: number }>(
    `select minimum_days as days from retention_rule
      where tenant = $1 and record_class = $2 order by version desc limit 1`,
    [tenant, recordClass],
  );
  return rows[0]?.days ?? null;
}
