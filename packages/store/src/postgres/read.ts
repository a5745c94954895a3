import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '../access-gate.ts';
import { HISTORY_PAGE_MAX } from '../limits.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT, type StoredVersion } from '../stored-row.ts';
import { type DecidedVersion, fenced } from './fenced.ts';

/** `hidden`: there is such a row, but not for this actor; the caller answers as for `absent`. */
export type ReadOutcome =
  | { readonly kind: 'found'; readonly version: StoredVersion }
  | { readonly kind: 'gone'; readonly version: StoredVersion }
  | { readonly kind: 'hidden'; readonly version: StoredVersion }
  | { readonly kind: 'absent' };

const CURRENT = {
  name: 'store_read',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from resource r ${PATIENT_STATE_JOIN}
      where r.tenant = $1 and r.type = $2 and r.id = $3) q on true`,
};

/** Current and outgoing versions of one resource, newest first, each with the labels it had then. */
const VERSIONS = `select r.tenant, r.key, r.type, r.id, r.patient, r.other_patients,
    v.version, v.updated, v.deleted, v.content, v.confidentiality, v.sensitivity
  from resource r
  cross join lateral (
    select r.version, r.updated, r.deleted, r.content, r.confidentiality, r.sensitivity
    union all
    select h.version, h.updated, h.deleted, h.content,
      -- A version is released by its own labels and by today's: the stricter of the two.
      greatest(h.confidentiality, r.confidentiality), h.sensitivity | r.sensitivity
    from history h where h.tenant = r.tenant and h.resource = r.key) v
  where r.tenant = $1 and r.type = $2 and r.id = $3`;

const VREAD = {
  name: 'store_vread',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from (${VERSIONS} and v.version = $4) r ${PATIENT_STATE_JOIN}) q on true`,
};

const HISTORY = {
  name: 'store_history',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from (${VERSIONS} and v.version < $4 order by v.version desc limit $5) r
      ${PATIENT_STATE_JOIN}) q on true
    order by q.version desc`,
};

function outcome(row: DecidedVersion | undefined): ReadOutcome {
  if (row === undefined) return { kind: 'absent' };
  const { version, released } = row;
  if (!released) return { kind: 'hidden', version };
  return version.deleted ? { kind: 'gone', version } : { kind: 'found', version };
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
  const { rows } = await fenced(db, gates, () => ({ ...CURRENT, values }));
  return outcome(rows[0]);
}

/** FHIR vread. */
export async function readVersion(
  db: Queryable,
  gates: GateSource,
  name: ResourceName & { readonly version: number },
): Promise<ReadOutcome> {
  const values = [name.tenant, typeCode(name.type), name.id, name.version];
  const { rows } = await fenced(db, gates, () => ({ ...VREAD, values }));
  return outcome(rows[0]);
}

export interface HistoryPage {
  /** Newest first. */
  readonly versions: readonly StoredVersion[];
  /** Pass as `before` for the next page; null on the last one. */
  readonly next: number | null;
  readonly exists: boolean;
}

/** FHIR instance history, by falling version number. */
export async function readHistory(
  db: Queryable,
  gates: GateSource,
  name: ResourceName & { readonly before?: number | undefined; readonly count: number },
): Promise<HistoryPage> {
  const count = Math.min(name.count, HISTORY_PAGE_MAX);
  const values = [name.tenant, typeCode(name.type), name.id, name.before ?? 2 ** 31 - 1, count + 1];
  const { rows } = await fenced(db, gates, () => ({ ...HISTORY, values }));
  const page = rows.slice(0, count);
  const last = page.at(-1);
  return {
    versions: page.filter((row) => row.released).map((row) => row.version),
    next: rows.length > count && last !== undefined ? last.version.version : null,
    exists: rows.some((row) => row.released),
  };
}
