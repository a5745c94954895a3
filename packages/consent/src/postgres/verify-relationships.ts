import { typeCode, typeOfCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { SOURCES_A_READ, STATES_A_READ } from '../limits.ts';
import { TIE_SOURCES } from '../relations/relationship.ts';
import { type Recorded, saidBy } from '../relations/said-by.ts';
import { type PassingTie, settledTies, wrongTieColumns } from '../relations/settled-ties.ts';

/** What ties somebody to a patient, or fails to, and is not what the stored resources say. */
export interface WrongRelationship {
  /** null where the row names a patient who is not there. */
  readonly patientId: string | null;
  readonly what:
    | 'relationship left over'
    | 'relationship missing'
    | 'state missing'
    | 'ties'
    | 'passing_ties';
}

/** Emergency access that was opened; whether somebody was granted it stands in the audit log. */
export interface OpenedGlass {
  readonly id: string;
  readonly patientId: string;
  readonly actor: string;
}

/**
 * Takes every resource that says who is what to a patient apart anew, and holds table `relationship`
 * and the ties of every patient's state against that. Linear; a batch in memory.
 */
export async function* wrongRelationships(
  db: Queryable,
  tenant: TenantId,
): AsyncGenerator<WrongRelationship> {
  yield* wrongRows(db, tenant);
  yield* rowsOfNothing(db, tenant);
  yield* wrongStates(db, tenant);
}

const GLASS = -1;
const SOURCE_CODES = [...TIE_SOURCES].map(typeCode);

type StoredRow = readonly [
  patientId: string | null,
  kind: string,
  target: string,
  since: number | string,
  until: number | string,
];

interface SourceRow {
  readonly key: string;
  readonly type: number;
  readonly id: string;
  readonly updated: Date;
  readonly content: string | null;
  readonly stored: readonly StoredRow[] | null;
}

// A deleted Patient is decided as the patient was, see `RelationshipProjection`.
const SOURCES = `select r.key, r.type, r.id, r.updated,
    coalesce(r.content, case when r.type = patient_type() then (select h.content from history h
      where h.tenant = r.tenant and h.resource = r.key and h.version = r.version - 1 limit 1) end) as content,
    (select json_agg(json_build_array(s.patient_id, x.kind, x.target, x.since, x.until))
      from relationship x
      left join patient_state s on s.tenant = x.tenant and s.patient = x.patient
      where x.tenant = r.tenant and x.source_type = r.type and x.source_id = r.id) as stored
  from resource r where r.tenant = $1 and r.type = any($2) and r.key > $3 order by r.key limit $4`;

async function* wrongRows(db: Queryable, tenant: TenantId): AsyncGenerator<WrongRelationship> {
  for (let after = '0'; ; ) {
    const { rows } = await db.query<SourceRow>(SOURCES, [
      tenant,
      SOURCE_CODES,
      after,
      SOURCES_A_READ,
    ]);
    const missing: { readonly patientId: string; readonly updated: Date }[] = [];
    for (const row of rows) {
      const { updated, stored } = row;
      const left = new Map<string, { readonly patientId: string | null; n: number }>();
      const count = (spelt: StoredRow, by: number) => {
        const name = JSON.stringify(spelt);
        const known = left.get(name) ?? { patientId: spelt[0], n: 0 };
        left.set(name, { ...known, n: known.n + by });
      };
      for (const said of saidIn(row)) count(spell(said), 1);
      for (const each of stored ?? []) count(each, -1);
      for (const { patientId, n } of left.values()) {
        if (n < 0) yield { patientId, what: 'relationship left over' };
        if (n > 0 && patientId !== null) missing.push({ patientId, updated });
      }
      after = row.key;
    }
    for (const patientId of await thereThen(db, tenant, missing)) {
      yield { patientId, what: 'relationship missing' };
    }
    if (rows.length < SOURCES_A_READ) return;
  }
}

/** A text that nobody can read says nothing here; that it was changed, its own record says. */
function saidIn(row: SourceRow): readonly Recorded[] {
  try {
    return saidBy({ ...row, type: typeOfCode(row.type) ?? '' });
  } catch {
    return [];
  }
}

/** As JSON spells float8: what is infinite as text. */
const spell = ({ patientId, kind, to, from, until }: Recorded): StoredRow => [
  patientId,
  kind,
  to,
  from ?? '-Infinity',
  until ?? 'Infinity',
];

/** Whoever came only after a resource that names them is not tied by it. */
async function thereThen(
  db: Queryable,
  tenant: TenantId,
  missing: readonly { readonly patientId: string; readonly updated: Date }[],
): Promise<readonly string[]> {
  if (missing.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `select u.id from unnest($2::text[], $3::timestamptz[]) as u(id, updated)
      join resource p on p.tenant = $1 and p.type = patient_type() and p.id = u.id
      where coalesce((select h.updated from history h
          where h.tenant = $1 and h.resource = p.key and h.version = 1 limit 1), p.updated) <= u.updated`,
    [tenant, missing.map(({ patientId }) => patientId), missing.map(({ updated }) => updated)],
  );
  return rows.map(({ id }) => id);
}

// Rows that no resource could have left, and emergency access that differs from its grant.
const OF_NOTHING = `select * from (
  select s.patient_id, 'relationship left over' as what
    from relationship x left join patient_state s on s.tenant = x.tenant and s.patient = x.patient
    where x.tenant = $1 and x.source_type <> $3 and not exists (
      select from resource r where r.tenant = x.tenant and r.type = x.source_type
        and r.id = x.source_id and r.type = any($2))
  union all
  select s.patient_id, 'relationship left over'
    from relationship x left join patient_state s on s.tenant = x.tenant and s.patient = x.patient
    where x.tenant = $1 and x.source_type = $3 and not exists (
      select from break_glass g where g.tenant = x.tenant and g.id::text = x.source_id
        and g.ended is null and (x.kind, x.patient, x.target) = ('break-glass', g.patient, g.actor)
        and x.since = (extract(epoch from g.opened) * 1000)::float8
        and x.until = (extract(epoch from g.until) * 1000)::float8)
  union all
  select g.patient_id, 'relationship missing' from break_glass g
    where g.tenant = $1 and g.opened is not null and g.ended is null and not exists (
      select from relationship x where x.tenant = g.tenant and x.source_type = $3
        and x.source_id = g.id::text)
  union all
  select p.id, 'state missing' from resource p
    where p.tenant = $1 and p.type = patient_type() and not exists (
      select from patient_state s where s.tenant = p.tenant and s.patient = p.key)) found limit $4`;

/** More of them say nothing more. */
const OF_NOTHING_TOLD = 1_000;

async function* rowsOfNothing(db: Queryable, tenant: TenantId): AsyncGenerator<WrongRelationship> {
  const { rows } = await db.query<{
    patient_id: string | null;
    what: WrongRelationship['what'];
  }>(OF_NOTHING, [tenant, SOURCE_CODES, GLASS, OF_NOTHING_TOLD]);
  for (const { patient_id, what } of rows) yield { patientId: patient_id, what };
}

interface StateRow {
  readonly patient: string;
  readonly patient_id: string;
  readonly ties: readonly string[];
  readonly passing_ties: readonly PassingTie[] | null;
  readonly said: readonly StoredRow[] | null;
  readonly now_ms: number;
}

const STATES = `select s.patient, s.patient_id, s.ties, s.passing_ties,
    (extract(epoch from statement_timestamp()) * 1000)::float8 as now_ms,
    (select json_agg(json_build_array(null, x.kind, x.target, x.since, x.until))
      from relationship x where x.tenant = s.tenant and x.patient = s.patient) as said
  from patient_state s where s.tenant = $1 and s.patient > $2 order by s.patient limit $3`;

async function* wrongStates(db: Queryable, tenant: TenantId): AsyncGenerator<WrongRelationship> {
  for (let after = '0'; ; ) {
    const { rows } = await db.query<StateRow>(STATES, [tenant, after, STATES_A_READ]);
    for (const { patient, patient_id, ties, passing_ties, said, now_ms } of rows) {
      const settled = settledTies(
        (said ?? []).map(([, kind, target, since, until]) => ({
          kind,
          target,
          since: Number(since),
          until: Number(until),
        })),
      );
      const stored = { ties, passing: passing_ties ?? [] };
      for (const what of wrongTieColumns(stored, settled, now_ms)) {
        yield { patientId: patient_id, what };
      }
      after = patient;
    }
    if (rows.length < STATES_A_READ) return;
  }
}

/** Every emergency access that was ever opened, to be held against the records of its confirmation. */
export async function* openedGlasses(db: Queryable, tenant: TenantId): AsyncGenerator<OpenedGlass> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await db.query<{ id: string; patient_id: string; actor: string }>(
      `select id, patient_id, actor from break_glass
        where tenant = $1 and opened is not null and id > $2 order by id limit $3`,
      [tenant, after, STATES_A_READ],
    );
    for (const { id, patient_id, actor } of rows) {
      yield { id, patientId: patient_id, actor };
      after = id;
    }
    if (rows.length < STATES_A_READ) return;
  }
}
