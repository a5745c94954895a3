import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '../access-gate.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT, type StoredVersion } from '../stored-row.ts';
import { type DecidedVersion, type Fenced, fenced } from './fenced.ts';

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

interface Wanted {
  readonly tenant: number;
  readonly names: readonly { readonly type: ResourceType; readonly id: string }[];
}

/** The rows that a write starts from, in one statement, whether the writer may touch them or not. */
export async function currentRows(
  db: Queryable,
  gates: GateSource,
  wanted: Wanted,
): Promise<CurrentRows> {
  if (wanted.names.length === 0) return new Map();
  const { rows } = await decided(db, gates, wanted);
  return new Map(rows.map((row) => [`${row.version.type}/${row.version.id}`, row]));
}

/** The resources of these that are there and may go out now, decided in the snapshot they are read in. */
export async function readSeveral(
  db: Queryable,
  gates: GateSource,
  wanted: Wanted,
): Promise<{ readonly versions: readonly StoredVersion[]; readonly epoch: bigint }> {
  const { rows, epoch } = await decided(db, gates, wanted);
  const released = rows.filter((row) => row.released && !row.version.deleted);
  return { versions: released.map(({ version }) => version), epoch };
}

function decided(
  db: Queryable,
  gates: GateSource,
  { tenant, names }: Wanted,
): Promise<Fenced<unknown>> {
  const values = [tenant, names.map(({ type }) => typeCode(type)), names.map(({ id }) => id)];
  return fenced(db, gates, () => ({ ...CURRENT_ROWS, values }));
}
