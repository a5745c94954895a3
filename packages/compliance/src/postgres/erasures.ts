import type { Clock, TenantId, Timers } from '@holdfast/kernel';
import {
  APPEND_AUDIT,
  asEraser,
  auditColumns,
  destroyKeys,
  past,
  retireKeys,
  type SealedAudit,
} from '@holdfast/ledger';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { fault } from '../errors.ts';
import { LIST_LENGTH, MAX_ERASURES_A_RUN } from '../limits.ts';
import { type NextStep, nextStep } from '../next-step.ts';
import { lockGovernance } from './governance-lock.ts';
import { mattersHolding } from './legal-holds.ts';
import { minimumDays } from './retention-rules.ts';

export interface RequestErasure {
  readonly id: string;
  readonly patientTag: Buffer;
  /** Who ordered it, e.g. the data protection officer's decision. */
  readonly authority: string;
  /** The ground, e.g. `GDPR 17(1)(a)`. */
  readonly basis: string;
  readonly by: string;
}

export interface Erasure extends Omit<RequestErasure, 'patientTag'> {
  readonly at: Date;
  readonly state: 'restricted' | 'scheduled' | 'destroyed';
  readonly destroyAfter: Date | null;
  readonly destroyedAt: Date | null;
  readonly keysDestroyed: number | null;
  /** The record of it in the log. */
  readonly auditId: string | null;
}

export interface ErasureParts {
  readonly tenant: TenantId;
  /** As the application's role, behind the tenant's wall. */
  readonly pool: Pool;
  /** As a member of `holdfast_eraser`. */
  readonly owner: Pool;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when the process is about to end: what has not been destroyed then is left to a later run. */
  readonly signal: AbortSignal;
  /** Makes the record of an erasure: about the patient's tag, and of nothing that names them. */
  readonly record: (erasure: {
    readonly id: string;
    readonly patientTag: Buffer;
    readonly by: string;
  }) => SealedAudit;
  /** What became of the record. */
  readonly committed: (audit: SealedAudit) => void;
  readonly release: (audit: SealedAudit, cause: unknown) => Promise<void>;
}

interface ErasureRow {
  id: string;
  patient_tag: Buffer;
  authority: string;
  basis: string;
  requested_by: string;
  requested_at: Date;
  state: Erasure['state'];
  destroy_after: Date | null;
  destroyed_at: Date | null;
  keys_destroyed: number | null;
  audit_id: string | null;
}

/** Erasure of patients' audit bodies by the destruction of their keys; the log stands as it is. */
export class Erasures {
  readonly #parts: ErasureParts;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
  }

  /**
   * Takes a request on. It is carried out by `run`, now or when it is due.
   * @throws Fault COMPLIANCE_NO_RETENTION_RULE, COMPLIANCE_ERASURE_OPEN
   */
  async request(request: RequestErasure): Promise<void> {
    const { tenant, pool, clock } = this.#parts;
    const { id, patientTag, authority, basis, by } = request;
    await inTransaction(pool, async (tx) => {
      await lockGovernance(tx, tenant);
      if ((await minimumDays(tx, tenant, 'audit')) === null) {
        throw fault('COMPLIANCE_NO_RETENTION_RULE');
      }
      const next = await this.#next(tx, patientTag);
      const { rowCount } = await tx.query(
        `insert into erasure (tenant, id, patient_tag, authority, basis, requested_by, requested_at,
           state, destroy_after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant, patient_tag) where state <> 'destroyed' do nothing`,
        [
          ...[tenant, id, patientTag, authority, basis, by, clock.now().toISOString()],
          ...stored(next),
        ],
      );
      if (rowCount === 0) throw fault('COMPLIANCE_ERASURE_OPEN');
    });
  }

  /** Newest first. */
  async list(): Promise<Erasure[]> {
    const { tenant, pool } = this.#parts;
    const { rows } = await pool.query<ErasureRow>(
      'select * from erasure where tenant = $1 order by requested_at desc, id limit $2',
      [tenant, LIST_LENGTH],
    );
    return rows.map(erasureOf);
  }

  /** When the next one is due by what is known; null where none is under way. */
  async nextDue(): Promise<Date | null> {
    const { rows } = await this.#parts.pool.query<{ due: Date | null }>(
      `select min(destroy_after) as due from erasure where tenant = $1 and state = 'scheduled'`,
      [this.#parts.tenant],
    );
    return rows[0]?.due ?? null;
  }

  /**
   * Looks at every erasure under way: schedules what a released hold kept back, and destroys what is
   * due. Any number of processes may run it.
   * @returns how many patients' keys were destroyed
   */
  async run(): Promise<number> {
    const { tenant, pool } = this.#parts;
    const { rows } = await pool.query<ErasureRow>(
      `select * from erasure where tenant = $1 and state <> 'destroyed'
        order by destroy_after, id limit $2`,
      [tenant, MAX_ERASURES_A_RUN],
    );
    let destroyed = 0;
    for (const row of rows) if (await this.#advance(row)) destroyed += 1;
    return destroyed;
  }

  async #advance(row: ErasureRow): Promise<boolean> {
    const { tenant, owner } = this.#parts;
    const keys = { tenant, patientTag: row.patient_tag };
    const due = await inTransaction(this.#parts.pool, async (tx) => {
      await lockGovernance(tx, tenant);
      return this.#place(tx, row);
    });
    if (!due) return false;
    // Keys stay usable to nobody new from here on, whatever becomes of this process.
    const first = await retireKeys(owner, keys);
    await past(owner, first, this.#parts);
    await past(owner, await retireKeys(owner, keys, first), this.#parts);
    return this.#destroy(row, first);
  }

  /** The last look at holds and periods is under the lock, in the transaction that destroys. */
  async #destroy(row: ErasureRow, below: string): Promise<boolean> {
    const { tenant, owner, clock, record, committed, release } = this.#parts;
    const { id, patient_tag: patientTag, requested_by: by } = row;
    let audit: SealedAudit | undefined;
    try {
      const done = await asEraser(owner, async (tx) => {
        await tx.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
        await lockGovernance(tx, tenant);
        if (!(await this.#place(tx, row))) return false;
        const count = await destroyKeys(tx, { tenant, patientTag }, below);
        audit = record({ id, patientTag, by });
        await tx.query(APPEND_AUDIT, [tenant, ...auditColumns(audit)]);
        await tx.query(
          `update erasure set state = 'destroyed', destroyed_at = $3, keys_destroyed = $4, audit_id = $5
            where tenant = $1 and id = $2`,
          [tenant, id, clock.now().toISOString(), count, audit.rows[0]?.auditId],
        );
        return true;
      });
      if (audit !== undefined) committed(audit);
      return done;
    } catch (error) {
      if (audit !== undefined) await release(audit, error);
      throw error;
    }
  }

  /** Writes down where it stands. @returns whether it is due */
  async #place(tx: Queryable, { id, patient_tag: patientTag }: ErasureRow): Promise<boolean> {
    const { tenant } = this.#parts;
    const next = await this.#next(tx, patientTag);
    const { rowCount } = await tx.query(
      `update erasure set state = $3, destroy_after = $4
        where tenant = $1 and id = $2 and state <> 'destroyed'`,
      [tenant, id, ...stored(next)],
    );
    return rowCount === 1 && next.state === 'due';
  }

  async #next(tx: Queryable, patientTag: Buffer): Promise<NextStep> {
    const { tenant, clock } = this.#parts;
    const { rows } = await tx.query<{ newest: Date | null }>(
      'select max(recorded) as newest from audit where tenant = $1 and patient_tag = $2',
      [tenant, patientTag],
    );
    return nextStep({
      now: clock.now(),
      heldFor: await mattersHolding(tx, { tenant, patientTag }),
      newestRecord: rows[0]?.newest ?? null,
      minimumDays: await minimumDays(tx, tenant, 'audit'),
    });
  }
}

const stored = (next: NextStep): [Erasure['state'], string | null] =>
  next.state === 'restricted'
    ? ['restricted', null]
    : ['scheduled', next.destroyAfter.toISOString()];

function erasureOf(row: ErasureRow): Erasure {
  return {
    ...{ id: row.id, authority: row.authority, basis: row.basis, by: row.requested_by },
    at: row.requested_at,
    state: row.state,
    destroyAfter: row.destroy_after,
    destroyedAt: row.destroyed_at,
    keysDestroyed: row.keys_destroyed,
    auditId: row.audit_id,
  };
}
