import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource, RowFacts } from '../access-gate.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT } from '../stored-row.ts';
import { type DecidedVersion, fenced } from './fenced.ts';

/** What is stored now, as far as a write has to know it. */
export interface CurrentRows {
  /** Decided rows of what is to be changed, by `Type/id`. */
  readonly rows: ReadonlyMap<string, DecidedVersion>;
  /** What decisions about a patient's data rest on, by the patient's id; null where there is none. */
  readonly patients: ReadonlyMap<string, RowFacts | null>;
  /** Whether the writer may write what has these facts. */
  readonly mayWrite: (facts: RowFacts) => boolean;
}

export interface WantedRows {
  readonly names: readonly { readonly type: ResourceType; readonly id: string }[];
  /** Ids of patients. */
  readonly patients: readonly string[];
}

// The content of a patient who is merely named is not looked at, so it is not fetched.
const CURRENT_ROWS = {
  name: 'store_current_rows',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION}, r.named from (
        select r.tenant, r.key, r.type, r.id, r.version, r.updated, r.deleted, r.patient,
          r.other_patients, r.confidentiality, r.sensitivity, wanted.named,
          case when not wanted.named then r.content end as content
        from unnest($2::smallint[], $3::text[], $4::boolean[]) as wanted(type, id, named)
        join resource r on r.tenant = $1 and r.type = wanted.type and r.id = wanted.id) r
      ${PATIENT_STATE_JOIN}) q on true`,
};

/** The rows that a write starts from, in one statement, whether the writer may touch them or not. */
export async function currentRows(
  db: Queryable,
  gates: GateSource,
  { tenant, names, patients }: WantedRows & { readonly tenant: number },
): Promise<CurrentRows> {
  const patientType = typeCode('Patient');
  const values = [
    tenant,
    [...names.map(({ type }) => typeCode(type)), ...patients.map(() => patientType)],
    [...names.map(({ id }) => id), ...patients],
    [...names.map(() => false), ...patients.map(() => true)],
  ];
  const { rows, decide } = await fenced<{ named: boolean }>(db, gates, () => ({
    ...CURRENT_ROWS,
    values,
  }));
  const named = new Map<string, RowFacts | null>(patients.map((id) => [id, null]));
  const changed = new Map<string, DecidedVersion>();
  for (const each of rows) {
    const { type, id, deleted, facts } = each.version;
    if (!each.row.named) changed.set(`${type}/${id}`, each);
    else if (!deleted) named.set(id, facts);
  }
  return { rows: changed, patients: named, mayWrite: decide };
}
