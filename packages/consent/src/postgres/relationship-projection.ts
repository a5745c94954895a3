import { typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { DueChanges, PatientProjection, ProjectedChange } from '@holdfast/store';
import { MAX_TIES_OF_RESOURCE } from '../limits.ts';
import { TIE_SOURCES } from '../relations/relationship.ts';
import { type Recorded, saidBy } from '../relations/said-by.ts';
import { SaidOfChanges } from './said-of-changes.ts';

const ASSIGN = {
  name: 'consent_relationships',
  text: `select assign_relationships($1::smallint, $2::smallint[], $3::text[], $4::integer[],
    $5::text[], $6::text[], $7::text[], $8::float8[], $9::float8[])`,
};

/**
 * Keeps `patient_state.ties` in step with the resources that say who is what to a patient, inside
 * the transaction that writes them (CON-13). One statement, however many resources and patients.
 */
export class RelationshipProjection implements PatientProjection {
  /** A new resource that ties nobody, e.g. an encounter long finished, costs nothing. */
  isDueTo(change: ProjectedChange): boolean {
    if (!TIE_SOURCES.has(change.type)) return false;
    // A tombstone is decided as the patient was: whoever could read the record still can.
    if (change.type === 'Patient' && change.content === null) return false;
    return change.expected > 0 || RECORDED.of(change).length > 0;
  }

  /** @throws Fault CONSENT_RELATIONS_BEYOND_LIMITS */
  async project(tx: Queryable, tenant: number, { changes }: DueChanges): Promise<void> {
    const said = RECORDED.ofAll(changes);
    await tx.query({
      ...ASSIGN,
      values: [
        tenant,
        changes.map(({ type }) => typeCode(type)),
        changes.map(({ id }) => id),
        said.map(({ source }) => source),
        said.map(({ patientId }) => patientId),
        said.map(({ kind }) => kind),
        said.map(({ to }) => to),
        said.map(({ from }) => from),
        said.map(({ until }) => until),
      ],
    });
  }
}

const RECORDED = new SaidOfChanges<Recorded>(saidBy, MAX_TIES_OF_RESOURCE);
