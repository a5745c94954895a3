import { localReferences, type Resource } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import { holdsOthers, lockStreams } from '@holdfast/store';
import type { Pool } from 'pg';
import type { LabelSets } from '../labels/label-sets.ts';
import { Labeller } from '../labels/labeller.ts';
import { labelsEncounter } from '../labels/labels-encounter.ts';
import { RELABELLED_A_BATCH } from '../limits.ts';
import { findLabelSets } from './label-set-store.ts';

export interface Relabelled {
  readonly resources: number;
  readonly changed: number;
}

interface Stored {
  readonly key: string;
  readonly version: number;
  readonly content: string;
}

/**
 * Labels again what is stored, patient by patient, by the label sets in force. Each patient is one
 * transaction under the patient's lock, so that no reader ever sees a resource between its old labels
 * and those it shares with its Encounter. Goes on where an earlier run ended; returns when all is done.
 * @param signal ends it between two patients
 */
export async function relabel(pool: Pool, tenant: TenantId, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const due = await nextDue(pool, tenant);
    if (due === undefined) return;
    const sets = await findLabelSets(pool, tenant, due.version);
    if (sets === undefined) return;
    const labelling = { tenant, version: due.version, sets };
    if (due.patient === null) {
      await relabelWithoutPatient(pool, labelling, signal);
      return;
    }
    await relabelPatient(pool, labelling, { key: due.patient, id: due.patient_id ?? '' });
  }
}

interface Due {
  readonly version: number;
  /** Null: all patients are done. */
  readonly patient: string | null;
  readonly patient_id: string | null;
}

const NEXT = {
  name: 'consent_relabel_next',
  text: `select j.version, s.patient, s.patient_id from relabelling j
    left join lateral (select s.patient, s.patient_id from patient_state s
      where s.tenant = $1 and s.patient > j.patient order by s.patient limit 1) as s on true
    where j.tenant = $1 and j.finished is null`,
};

async function nextDue(db: Queryable, tenant: TenantId): Promise<Due | undefined> {
  const { rows } = await db.query<Due>({ ...NEXT, values: [tenant] });
  return rows[0];
}

interface Labelling {
  readonly tenant: TenantId;
  readonly version: number;
  readonly sets: LabelSets;
}

async function relabelPatient(
  pool: Pool,
  labelling: Labelling,
  patient: { readonly key: string; readonly id: string },
): Promise<void> {
  const { tenant, version } = labelling;
  await inTransaction(pool, async (tx) => {
    await lockStreams(tx, tenant, [`Patient/${patient.id}`]);
    const { rows } = await tx.query<Stored>({
      name: 'consent_relabel_read',
      text: `select key, version, content from resource
        where tenant = $1 and patient = $2 and not deleted order by key`,
      values: [tenant, patient.key],
    });
    const { resources, changed } = await relabelRows(tx, labelling, rows);
    await tx.query({
      name: 'consent_relabel_progress',
      text: `update relabelling set patient = $3, patients = patients + 1,
          resources = resources + $4, changed = changed + $5
        where tenant = $1 and version = $2 and patient < $3`,
      values: [tenant, version, patient.key, resources, changed],
    });
  });
}

const WITHOUT_PATIENT = {
  name: 'consent_relabel_without_patient',
  text: `select key, version, content from resource
    where tenant = $1 and patient is null and not deleted and key > $2
    order by key limit $3`,
};

async function relabelWithoutPatient(
  pool: Pool,
  labelling: Labelling,
  signal: AbortSignal,
): Promise<void> {
  const { tenant, version } = labelling;
  let after = '0';
  for (;;) {
    if (signal.aborted) return;
    const { rows } = await pool.query<Stored>({
      ...WITHOUT_PATIENT,
      values: [tenant, after, RELABELLED_A_BATCH],
    });
    const done = await inTransaction(pool, (tx) => relabelRows(tx, labelling, rows));
    const isLast = rows.length < RELABELLED_A_BATCH;
    await pool.query({
      name: 'consent_relabel_rest',
      text: `update relabelling set resources = resources + $3, changed = changed + $4,
          finished = case when $5 then now() end
        where tenant = $1 and version = $2`,
      values: [tenant, version, done.resources, done.changed, isLast],
    });
    if (isLast) return;
    after = rows.at(-1)?.key ?? after;
  }
}

// A row that was written meanwhile has another version, and the labels of its day.
const LABEL = {
  name: 'consent_relabel_write',
  text: `with made as (
      select * from unnest($2::bigint[], $3::integer[], $4::smallint[], $5::bigint[])
        as u(key, version, confidentiality, sensitivity)
    ), before as (
      select r.key, r.confidentiality, r.sensitivity from made
      join resource r on r.tenant = $1 and r.key = made.key and r.version = made.version
    ), written as (
      update resource r set confidentiality = made.confidentiality, sensitivity = made.sensitivity,
        labelling = $6
      from made where r.tenant = $1 and r.key = made.key and r.version = made.version
    )
    select key, confidentiality, sensitivity from before`,
};

const SHARE = {
  name: 'consent_relabel_share',
  text: `select store_share_labels($1::smallint, array_agg(m.key), array_agg(s.key), array_agg(u.raises))
    from unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[]) as u(key, type, id, raises)
    join resource m on m.tenant = $1 and m.key = u.key
    join resource s on s.tenant = $1 and s.id = u.id
      and s.type = case u.type when 'Encounter' then encounter_type() else episode_type() end
    having count(*) > 0`,
};

const CHANGED = {
  name: 'consent_relabel_changed',
  text: `select count(*)::integer as changed
    from unnest($2::bigint[], $3::smallint[], $4::bigint[]) as u(key, confidentiality, sensitivity)
    join resource r on r.tenant = $1 and r.key = u.key
    where (r.confidentiality, r.sensitivity) is distinct from (u.confidentiality, u.sensitivity)`,
};

async function relabelRows(
  tx: Queryable,
  { tenant, version, sets }: Labelling,
  rows: readonly Stored[],
): Promise<Relabelled> {
  if (rows.length === 0) return { resources: 0, changed: 0 };
  const labeller = new Labeller(sets);
  const resources = rows.map(({ content }) => JSON.parse(content) as Resource);
  const labels = resources.map((each) => labeller.labels(each));
  const { rows: before } = await tx.query<{
    key: string;
    confidentiality: number;
    sensitivity: string;
  }>({
    ...LABEL,
    values: [
      tenant,
      rows.map(({ key }) => key),
      rows.map((each) => each.version),
      labels.map(({ confidentiality }) => confidentiality),
      labels.map(({ sensitivity }) => String(sensitivity)),
      version,
    ],
  });
  const pairs = resources.flatMap((resource, index) => sharing(resource, rows[index]?.key ?? '0'));
  await tx.query({
    ...SHARE,
    values: [
      tenant,
      pairs.map(({ key }) => key),
      pairs.map(({ type }) => type),
      pairs.map(({ id }) => id),
      pairs.map(({ raises }) => raises),
    ],
  });
  const { rows: after } = await tx.query<{ changed: number }>({
    ...CHANGED,
    values: [
      tenant,
      before.map(({ key }) => key),
      before.map(({ confidentiality }) => confidentiality),
      before.map(({ sensitivity }) => sensitivity),
    ],
  });
  return { resources: rows.length, changed: after[0]?.changed ?? 0 };
}

/** What a resource shares its labels with; the store finds the same as it writes (`write-plan.ts`). */
function sharing(resource: Resource, key: string) {
  const wholes = localReferences(resource).filter(({ type }) => holdsOthers(type));
  const raises = labelsEncounter(resource);
  return [
    ...wholes.map(({ type, id }) => ({ key, type, id, raises: raises && type === 'Encounter' })),
    ...(holdsOthers(resource.resourceType)
      ? [{ key, type: resource.resourceType, id: resource.id ?? '', raises: false }]
      : []),
  ];
}
