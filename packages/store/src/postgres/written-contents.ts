import { isResourceType, type Resource, typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { WrittenContent, WrittenContents } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import type { Labels } from '../change.ts';
import { describe } from '../indexed.ts';
import { holdsOthers } from '../write-plan.ts';

interface VersionRow {
  readonly n: number;
  readonly content: string | null;
  readonly confidentiality: number;
  readonly sensitivity: string;
  readonly labelling: number;
  readonly current: boolean;
  /** FHIR id of the owner, for the current version. */
  readonly patient_id: string | null;
  /** FHIR ids of the other patients it names, for the current version; null for one that was not there. */
  readonly other_ids: readonly (string | null)[] | null;
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
  text: `select u.n::integer as n, v.content, v.confidentiality, v.sensitivity, v.labelling, v.current,
      (select p.id from resource p where p.tenant = $1 and p.key = r.patient) as patient_id,
      (select array_agg(case when named is not null then coalesce(p.id, '') end)
        from unnest(r.other_patients) named left join resource p on p.tenant = $1 and p.key = named) as other_ids
    from unnest($2::smallint[], $3::text[], $4::integer[]) with ordinality as u(type, id, version, n)
    join resource r on r.tenant = $1 and r.type = u.type and r.id = u.id
    cross join lateral (
      select r.content, r.confidentiality, r.sensitivity, r.labelling, true as current where r.version = u.version
      union all
      select h.content, h.confidentiality, h.sensitivity, h.labelling, false
      from history h where h.tenant = $1 and h.resource = r.key and h.version = u.version) v`,
};

const COUNT = `select (select count(*) from resource where tenant = $1)
  + (select count(*) from history where tenant = $1) as versions`;

/**
 * The versions of all resources as they stand, for the ledger to hold against its records of their
 * writes. Beside the text, the columns that decide who may see it are made anew from it and
 * compared: security labels, by the label sets of their day, and whose it is. What is part of an
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
  // A tombstone keeps the labels and the patient of what it took away.
  if (row.content === null) return { text: '', wrong: [] };
  const resource = JSON.parse(row.content) as Resource;
  const labels = labelsOf(resource, row.labelling);
  const { owner, others, references } = describe(resource);
  const isPart = [resource.resourceType, ...references.map(({ type }) => type)].some(holdsOthers);
  const pairs: [string, unknown, unknown][] = [
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
    ...(row.current && owner !== null
      ? [['patient', row.patient_id, owner] satisfies [string, unknown, unknown]]
      : []),
    ...(row.current
      ? [
          ['other_patients', areOthers(row.other_ids, others), true] satisfies [
            string,
            unknown,
            unknown,
          ],
        ]
      : []),
  ];
  const wrong = pairs.filter(([, stored, made]) => stored !== made).map(([column]) => column);
  return { text: row.content, wrong };
}
