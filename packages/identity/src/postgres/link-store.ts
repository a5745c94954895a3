import type { Queryable } from '@holdfast/postgres';
import { FIELDS } from '../compare/comparison.ts';
import type { Judgement } from '../decide/grade.ts';
import type { StewardFact } from '../decide/steward-facts.ts';
import type { Score } from '../model/scorer.ts';

export interface PatientName {
  readonly tenant: number;
  readonly patient: string;
}

/** What matching says of a patient and another. */
export interface KeptLink {
  readonly other: string;
  /** `linked`: one person. `review`: a steward is asked. */
  readonly state: 'linked' | 'review';
  readonly score: Score;
  readonly judgement: Judgement;
}

const KEEP = {
  name: 'identity_keep_links',
  text: `with wanted as (
      select least($2, w.other) as one, greatest($2, w.other) as other, w.state, w.grade, w.withheld, w.bits,
        w.weights
      from jsonb_to_recordset($3::jsonb) as w(
        other text, state text, grade text, withheld text, bits real, weights jsonb)),
    gone as (delete from identity_link l where l.tenant = $1 and (l.one = $2 or l.other = $2)
      and not exists (select from wanted w where w.one = l.one and w.other = l.other))
    insert into identity_link as l (tenant, one, other, state, grade, withheld, bits, weights)
    select $1, w.* from wanted w
    on conflict (tenant, one, other) do update set state = excluded.state, grade = excluded.grade,
      withheld = excluded.withheld, bits = excluded.bits, weights = excluded.weights,
      decided_at = clock_timestamp()
    where (l.state, l.grade, l.withheld, l.bits, l.weights) is distinct from
      (excluded.state, excluded.grade, excluded.withheld, excluded.bits, excluded.weights)`,
};

/** Replaces what is kept of a patient; the same again writes nothing, so a replay changes nothing. */
export async function keepLinks(
  db: Queryable,
  { tenant, patient }: PatientName,
  links: readonly KeptLink[],
): Promise<void> {
  const rows = links.map(({ other, state, score, judgement }) => ({
    other,
    state,
    grade: judgement.grade,
    withheld: judgement.withheld ?? null,
    bits: score.bits,
    weights: Object.fromEntries(
      FIELDS.map((field) => [field, [score.comparison[field], score.weights[field]]]),
    ),
  }));
  await db.query({ ...KEEP, values: [tenant, patient, JSON.stringify(rows)] });
}

const LINKED = {
  name: 'identity_linked',
  text: `select distinct case when l.one = any($2::text[]) then l.other else l.one end as patient
    from identity_link l
    where l.tenant = $1 and l.state = 'linked' and (l.one = any($2::text[]) or l.other = any($2::text[]))
    order by 1`,
};

/**
 * Ids of records that are one person with one of these, by links of their own: no chain is followed,
 * so a likeness of a likeness makes nobody the same.
 */
export async function linkedPatients(
  db: Queryable,
  tenant: number,
  patients: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ patient: string }>({ ...LINKED, values: [tenant, patients] });
  return rows.map(({ patient }) => patient);
}

const FACTS = {
  name: 'identity_facts_of',
  text: `select case when f.one = $2 then f.other else f.one end as other, f.verdict
    from identity_fact f where f.tenant = $1 and (f.one = $2 or f.other = $2)`,
};

/** What stewards said of a patient and others, by the other's id. */
export async function factsOf(
  db: Queryable,
  { tenant, patient }: PatientName,
): Promise<ReadonlyMap<string, StewardFact['verdict'] | 'unsure'>> {
  const values = [tenant, patient];
  const { rows } = await db.query<{ other: string; verdict: StewardFact['verdict'] | 'unsure' }>({
    ...FACTS,
    values,
  });
  return new Map(rows.map(({ other, verdict }) => [other, verdict]));
}
