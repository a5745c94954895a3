import type { ResourceKey } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { PATIENT_STATES_MAX } from '../limits.ts';
import { tiesSql } from '../stored-row.ts';
import type { PatientState, PatientStates } from '../write-authority.ts';

interface StateRow {
  /** The tenant's. */
  readonly epoch: string;
  /** Null, like all that follows, in the one row that says nobody was found. */
  readonly patient_id: string | null;
  readonly patient: string;
  readonly consent_class: number;
  readonly residual: string[];
  readonly ties: string[];
  /** Some of the ties begin or end without a write. */
  readonly passing: boolean;
  readonly consent_epoch: string;
}

const READ = {
  name: 'store_patient_states',
  text: `select coalesce((select t.consent_epoch from tenant_state t where t.tenant = $1), 0) as epoch, ps.*
    from (select 1) as one left join lateral (
      select s.patient_id, s.patient, s.consent_class, s.residual, s.consent_epoch,
        ${tiesSql('s')} as ties, s.passing_ties is not null as passing
      from unnest($2::text[]) as wanted(id)
      join patient_state s on s.tenant = $1 and s.patient_id = wanted.id) ps on true`,
};

/**
 * States of patients as they were last seen, so that a write needs no look-up of its own. Nothing
 * rests on them being current: `store_write` compares their epochs under the patients' locks, and
 * whoever finds one outdated forgets it and decides again.
 */
export class KnownPatientStates {
  readonly #known = new Map<string, PatientState>();
  /** Of whom some ties begin or end without a write: known, but for one look only. */
  readonly #passing = new Set<string>();

  async of(db: Queryable, tenant: number, ids: readonly string[]): Promise<PatientStates> {
    const unknown = ids.filter((id) => !this.#known.has(id) || this.#passing.has(id));
    if (unknown.length > 0) await this.#read(db, tenant, unknown);
    return this.#those(ids);
  }

  /** As they are now, and the tenant's epoch: for who holds the patients' locks already. */
  async fresh(
    db: Queryable,
    tenant: number,
    ids: readonly string[],
  ): Promise<{ readonly states: PatientStates; readonly epoch: bigint }> {
    this.forget(ids);
    const epoch = await this.#read(db, tenant, ids);
    return { states: this.#those(ids), epoch };
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.#drop(id);
  }

  #drop(id: string): void {
    this.#known.delete(id);
    this.#passing.delete(id);
  }

  #those(ids: readonly string[]): PatientStates {
    const states = new Map<string, PatientState>();
    for (const id of ids) {
      const state = this.#known.get(id);
      if (state !== undefined) states.set(id, state);
    }
    return states;
  }

  async #read(db: Queryable, tenant: number, ids: readonly string[]): Promise<bigint> {
    const { rows } = await db.query<StateRow>({ ...READ, values: [tenant, ids] });
    for (const row of rows) {
      if (row.patient_id === null) continue;
      this.#known.set(row.patient_id, {
        patient: BigInt(row.patient) as ResourceKey,
        consentClass: row.consent_class,
        residual: row.residual,
        ties: row.ties,
        consentEpoch: BigInt(row.consent_epoch),
      });
      if (row.passing) this.#passing.add(row.patient_id);
      else this.#passing.delete(row.patient_id);
    }
    // Of one bundle all must be there at once, so the oldest go only afterwards.
    for (const id of this.#known.keys()) {
      if (this.#known.size <= PATIENT_STATES_MAX || ids.includes(id)) break;
      this.#drop(id);
    }
    return BigInt(rows[0]?.epoch ?? 0);
  }
}
