import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '../access-gate.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT, type StoredVersion } from '../stored-row.ts';
import { type Fenced, fenced } from './fenced.ts';
import { CURRENT_VERSION, OUTGOING_VERSION, OUTGOING_VERSIONS } from './version-rows.ts';

/** `hidden`: there is such a row, but not for this actor; the caller answers as for `absent`. */
export type ReadOutcome = { readonly epoch: bigint } & (
  | { readonly kind: 'found'; readonly version: StoredVersion }
  | { readonly kind: 'gone'; readonly version: StoredVersion }
  | { readonly kind: 'hidden'; readonly version: StoredVersion }
  | { readonly kind: 'absent' }
);

const CURRENT = {
  name: 'store_read',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from resource r ${PATIENT_STATE_JOIN}
      where r.tenant = $1 and r.type = $2 and r.id = $3) q on true`,
};

const VREAD = {
  name: 'store_vread',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from (
        select ${CURRENT_VERSION} from resource r
        where r.tenant = $1 and r.type = $2 and r.id = $3 and r.version = $4
        union all
        select ${OUTGOING_VERSION} from ${OUTGOING_VERSIONS}
        where r.tenant = $1 and r.type = $2 and r.id = $3 and h.version = $4) r
      ${PATIENT_STATE_JOIN}) q on true`,
};

function outcome({ rows: [row], epoch }: Fenced<unknown>): ReadOutcome {
  if (row === undefined) return { kind: 'absent', epoch };
  const { version, released } = row;
  if (!released) return { kind: 'hidden', version, epoch };
  return { kind: version.deleted ? 'gone' : 'found', version, epoch };
}

export interface ResourceName {
  readonly tenant: number;
  readonly type: ResourceType;
  readonly id: string;
}

/** FHIR read: one statement, one round trip. */
export async function read(
  db: Queryable,
  gates: GateSource,
  name: ResourceName,
): Promise<ReadOutcome> {
  const values = [name.tenant, typeCode(name.type), name.id];
  return outcome(await fenced(db, gates, () => ({ ...CURRENT, values })));
}

/** FHIR vread. */
export async function readVersion(
  db: Queryable,
  gates: GateSource,
  name: ResourceName & { readonly version: number },
): Promise<ReadOutcome> {
  const values = [name.tenant, typeCode(name.type), name.id, name.version];
  return outcome(await fenced(db, gates, () => ({ ...VREAD, values })));
}
