import { isResourceType, type Resource, typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { WrittenContent, WrittenContents } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import type { Labels } from '../change.ts';
import { describe, placeOf } from '../indexed.ts';
import { holdsOthers } from '../write-plan.ts';

interface VersionRow {
  readonly n: number;
  readonly content: string | null;
  readonly updated: Date;
  /** Of the version before it; null for the first. */
  readonly former_updated: Date | null;
  /** It was current until the next one came, as it says. */
  readonly until_next: boolean;
  readonly confidentiality: number;
  readonly sensitivity: string;
  readonly labelling: number;
  /** FHIR id of the owner. */
  readonly patient_id: string | null;
  /** FHIR ids of the other patients it names; null for one that was not there. */
  readonly other_ids: readonly (string | null)[] | null;
  /** Of the current version only, as are the next two; ms since 1970. */
  readonly at: number | null;
  readonly at_end: number | null;
  readonly owner_by: number | null;
}

/** The labels that a resource had by numbered label sets. */
export type LabelsThen = (
  resource: Resource,
  labelling: number,
) => Pick<Labels, 'confidentiality' | 'sensitivity'>;

const ALL = -1n;

/** The less strict of two ranks; -1, not yet labelled, is as strict as anything but V. */
const less = (stored: number, made: number): number =>
  stored === -1 && made < 5 ? made : Math.min(stored, made);

const VERSIONS = {
  name: 'store_written_contents',
  text: `select u.n::integer as n, v.content, v.updated, v.confidentiality, v.sensitivity, v.labelling,
      v.at, v.at_end, v.owner_by,
      (select h.updated from history h
        where h.tenant = $1 and h.resource = r.key and h.version = u.version - 1 limit 1) as former_updated,
      v.until is not distinct from (
        select h.updated from history h
          where h.tenant = $1 and h.resource = r.key and h.version = u.version + 1
        union all select r.updated where r.version = u.version + 1 limit 1) as until_next,
      (select p.id from resource p where p.tenant = $1 and p.key = v.patient) as patient_id,
      (select array_agg(case when named is not null then coalesce(p.id, '') end)
        from unnest(v.other_patients) named left join resource p on p.tenant = $1 and p.key = named) as other_ids
    from unnest($2::smallint[], $3::text[], $4::integer[]) with ordinality as u(type, id, version, n)
    join resource r on r.tenant = $1 and r.type = u.type and r.id = u.id
    cross join lateral (
      select r.content, r.updated, null::timestamptz as until, r.confidentiality, r.sensitivity, r.labelling,
        r.patient, r.other_patients, (extract(epoch from r.at) * 1000)::float8 as at,
        (extract(epoch from r.at_end) * 1000)::float8 as at_end, r.owner_by where r.version = u.version
      union all
      select h.content, h.updated, h.until, h.confidentiality, h.sensitivity, h.labelling,
        h.patient, h.other_patients, null, null, null
      from history h where h.tenant = $1 and h.resource = r.key and h.version = u.version
        and h.type = r.type) v`,
};

const COUNT = `select (select count(*) from resource where tenant = $1)
  + (select count(*) from history where tenant = $1) as versions`;

/**
 * The versions of all resources as they stand, for the ledger to hold against its records of their
 * writes. Beside the text, the columns that decide who may see it are made anew from it and
 * compared: security labels, by the label sets of their day, whose it is, and when. What is part of an
 * Encounter may be labelled more strictly than its text says, never less.
 * @param db best a connection in one REPEATABLE READ transaction
 */
export function writtenContents(
  db: Queryable,
  { tenant, labelsOf }: { readonly tenant: TenantId; readonly labelsOf: LabelsThen },
): WrittenContents {
  return {
    read: async (targets) => {
      const names = targets.map(nameOf);
      const { rows } = await db.query<VersionRow>({
        ...VERSIONS,
        values: [
          tenant,
          names.map((name) => name?.code ?? null),
          names.map((name) => name?.id ?? null),
          names.map((name) => name?.version ?? null),
        ],
      });
      const byPlace = new Map(rows.map((row) => [row.n - 1, row]));
      return targets.map((_, index) => contentOf(byPlace.get(index), labelsOf));
    },
    count: async () => {
      const { rows } = await db.query<{ versions: string }>(COUNT, [tenant]);
      return Number(rows[0]?.versions ?? 0);
    },
  };
}

const TARGET = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})\/_history\/([1-9][0-9]{0,8})$/;

function nameOf(target: string): { code: number; id: string; version: number } | null {
  const [, type = '', id = '', version = ''] = TARGET.exec(target) ?? [];
  return isResourceType(type) ? { code: typeCode(type), id, version: Number(version) } : null;
}

/** Whoever was not there when the version was written is still counted. */
const areOthers = (stored: VersionRow['other_ids'], made: readonly string[]): boolean =>
  (stored?.length ?? 0) === made.length &&
  new Set(stored).size === made.length &&
  (stored ?? []).every((id) => id === null || made.includes(id));

function contentOf(row: VersionRow | undefined, labelsOf: LabelsThen): WrittenContent | undefined {
  if (row === undefined) return undefined;
  const { content } = row;
  if (content === null) return tombstoneOf(row);
  try {
    const wrong = wrongColumns(row, JSON.parse(content) as Resource, labelsOf);
    return { text: content, wrong };
  } catch {
    // No text that was written so; if it is what the log says after all, this shows.
    return { text: content, wrong: ['content'] };
  }
}

const NOWHERE = { at: -Infinity, atEnd: -Infinity, ownerBy: 0 };

/** It keeps the labels and the patient of what it took away, and its text does not say when. */
function tombstoneOf(row: VersionRow): WrittenContent {
  // Where the clock had been set back it bears the instant of the version before it.
  const isHeldBack = row.updated.getTime() === row.former_updated?.getTime();
  const pairs = [until(row), ...placed(row, NOWHERE)];
  return {
    text: '',
    wrong: wrongOf(pairs),
    ...(!isHeldBack && { deletedAt: row.updated.toISOString() }),
  };
}

/** A column, what it holds, and what it should. */
type Pair = readonly [column: string, stored: unknown, made: unknown];

const wrongOf = (pairs: readonly Pair[]): string[] =>
  pairs.filter(([, stored, made]) => stored !== made).map(([column]) => column);

const until = (row: VersionRow): Pair => ['until', row.until_next, true];

const placed = (
  row: VersionRow,
  { at, atEnd, ownerBy }: ReturnType<typeof placeOf>,
): readonly Pair[] =>
  row.at === null
    ? []
    : [
        ['at', row.at, at],
        ['at_end', row.at_end, atEnd],
        ['owner_by', row.owner_by, ownerBy],
      ];

function wrongColumns(row: VersionRow, resource: Resource, labelsOf: LabelsThen): string[] {
  const labels = labelsOf(resource, row.labelling);
  const described = describe(resource);
  const { owner, others, references } = described;
  const isPart = [resource.resourceType, ...references.map(({ type }) => type)].some(holdsOthers);
  const { lastUpdated } = (resource['meta'] ?? {}) as { readonly lastUpdated?: string };
  return wrongOf([
    ['updated', row.updated.toISOString(), lastUpdated],
    until(row),
    [
      'confidentiality',
      isPart ? less(row.confidentiality, labels.confidentiality) : row.confidentiality,
      labels.confidentiality,
    ],
    [
      'sensitivity',
      BigInt(row.sensitivity) & (isPart ? labels.sensitivity : ALL),
      labels.sensitivity,
    ],
    // What names no patient itself is its target's patient's, and that is not to be seen from here.
    ...(owner === null ? [] : [['patient', row.patient_id, owner] as const]),
    ['other_patients', areOthers(row.other_ids, others), true],
    ...placed(row, placeOf(resource, described)),
  ]);
}
