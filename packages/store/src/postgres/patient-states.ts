import type { ResourceKey } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { PATIENT_STATES_MAX } from '../limits.ts';
import type { PatientState, PatientStates } from '../write-authority.ts';

interface StateRow {
  readonly patient_id: string;
  readonly patient: string;
  readonly consent_class: number;
  readonly residual: string[];
  readonly consent_epoch: string;
}

const READ = {
  name: 'store_patient_states',
  text: `select ps.patient_id, ps.patient, ps.consent_class, ps.residual, ps.consent_epoch
    from unnest($2::text[]) as wanted(id)
    join patient_state ps on ps.tenant = $1 and ps.patient_id = wanted.id`,
};

/**
 * States of patients as they were last seen, so that a write needs no look-up of its own. Nothing
 * rests on them being current: `store_write` compares their epochs under the patients' locks, and
 * whoever finds one outdated forgets it and decides again.
 */
export class KnownPatientStates {
  readonly #known = new Map<string, PatientState>();

  async of(db: Queryable, tenant: number, ids: readonly string[]): Promise<PatientStates> {
    const unknown = ids.filter((id) => !this.#known.has(id));
    if (unknown.length > 0) await this.#read(db, tenant, unknown);
    const states = new Map<string, PatientState>();
    for (const id of ids) {
      const state = this.#known.get(id);
      if (state !== undefined) states.set(id, state);
    }
    return states;
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.#known.delete(id);
  }

  async #read(db: Queryable, tenant: number, ids: readonly string[]): Promise<void> {
    const { rows } = await db.query<StateRow>({ ...READ, values: [tenant, ids] });
    for (const row of rows) {
      this.#known.set(row.patient_id, {
        patient: BigInt(row.patient) as ResourceKey,
        consentClass: row.consent_class,
        residual: row.residual,
        consentEpoch: BigInt(row.consent_epoch),
      });
    }
    // Of one bundle all must be there at once, so the oldest go only afterwards.
    for (const id of this.#known.keys()) {
      if (this.#known.size <= PATIENT_STATES_MAX || ids.includes(id)) break;
      this.#known.delete(id);
    }
  }
}
