import type { Queryable } from '@holdfast/postgres';
import type { StoredKey } from '../blocking/stored-keys.ts';
import { identityLimits } from '../limits.ts';

/** What differs is written; the same keys again write nothing. */
const KEEP = {
  name: 'identity_keep_keys',
  text: `with wanted as (select key, value from unnest($3::smallint[], $4::bigint[]) as w(key, value)),
    gone as (delete from identity_key k where k.tenant = $1 and k.patient = $2
      and not exists (select from wanted w where w.key = k.key and w.value = k.value))
    insert into identity_key (tenant, key, value, patient)
    select $1, w.key, w.value, $2 from wanted w on conflict do nothing`,
};

/**
 * Who shares a value of some key, without values that more patients share than the limit; those who
 * share rarer values first. What is read is bounded by the keys, not by the population.
 */
const FIND = {
  name: 'identity_find_candidates',
  text: `select found.patient from unnest($2::smallint[], $3::bigint[]) as wanted(key, value)
    cross join lateral (
      select array_agg(capped.patient) as patients from (
        select k.patient from identity_key k
        where k.tenant = $1 and k.key = wanted.key and k.value = wanted.value limit $4::integer + 1) capped
      having count(*) <= $4::integer) block
    cross join lateral unnest(block.patients) as found(patient)
    where found.patient <> $5
    group by found.patient
    order by sum(1.0 / cardinality(block.patients)) desc, found.patient limit $6`,
};

const columnsOf = (keys: readonly StoredKey[]): [number[], string[]] => [
  keys.map(({ key }) => key),
  keys.map(({ value }) => String(value)),
];

/** Puts a patient under exactly these keys; none take the patient out. */
export async function keepKeys(
  db: Queryable,
  { tenant, patient }: { readonly tenant: number; readonly patient: string },
  keys: readonly StoredKey[],
): Promise<void> {
  await db.query({ ...KEEP, values: [tenant, patient, ...columnsOf(keys)] });
}

/**
 * Ids of the patients worth comparing, in one statement. They are not for anybody's eyes: who may see
 * them is decided by whoever reads their records.
 * @param except the patient who looks for others
 */
export async function findCandidates(
  db: Queryable,
  { tenant, except = '' }: { readonly tenant: number; readonly except?: string },
  keys: readonly StoredKey[],
): Promise<readonly string[]> {
  const { recordsPerKey, candidates } = identityLimits;
  const values = [tenant, ...columnsOf(keys), recordsPerKey, except, candidates];
  const { rows } = await db.query<{ patient: string }>({ ...FIND, values });
  return rows.map(({ patient }) => patient);
}
