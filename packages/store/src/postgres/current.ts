import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '../access-gate.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT } from '../stored-row.ts';
import { type DecidedVersion, fenced } from './fenced.ts';

/** Decided rows by `Type/id`. */
export type CurrentRows = ReadonlyMap<string, DecidedVersion>;

const CURRENT_ROWS = {
  name: 'store_current_rows',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from unnest($2::smallint[], $3::text[]) as wanted(type, id)
      join resource r on r.tenant = $1 and r.type = wanted.type and r.id = wanted.id
      ${PATIENT_STATE_JOIN}) q on true`,
};

/** The rows that a write starts from, in one statement, whether the writer may touch them or not. */
export async function currentRows(
  db: Queryable,
  gates: GateSource,
  {
    tenant,
    names,
  }: {
    readonly tenant: number;
    readonly names: readonly { readonly type: ResourceType; readonly id: string }[];
  },
): Promise<CurrentRows> {
  if (names.length === 0) return new Map();
  const values = [tenant, names.map(({ type }) => typeCode(type)), names.map(({ id }) => id)];
  const { rows } = await fenced(db, gates, () => ({ ...CURRENT_ROWS, values }));
  return new Map(rows.map((row) => [`${row.version.type}/${row.version.id}`, row]));
}
