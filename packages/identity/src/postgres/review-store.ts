import type { Queryable } from '@holdfast/postgres';
import type { KeptWeights } from '../decide/evidence.ts';
import type { Grade, Judgement } from '../decide/grade.ts';
import type { StewardFact } from '../decide/steward-facts.ts';

/** Two records of which `one` sorts before `other`. */
export interface PatientPair {
  readonly one: string;
  readonly other: string;
}

/** What a steward may say of two records; `unsure` keeps them apart and asks no more. */
export type Verdict = StewardFact['verdict'] | 'unsure';

/** A question that matching has for a steward. */
export interface OpenReview extends PatientPair {
  readonly grade: Grade;
  readonly withheld: Judgement['withheld'];
  /** Prior and all weights together. */
  readonly bits: number;
  readonly weights: KeptWeights;
  readonly since: Date;
  /** The same, to the microsecond. */
  readonly micros: string;
}

interface ReviewRow extends PatientPair {
  readonly grade: Grade;
  readonly withheld: NonNullable<Judgement['withheld']> | null;
  readonly bits: number;
  readonly weights: KeptWeights;
  readonly since: Date;
  readonly micros: string;
}

/** Where a page ends: what a reader of the page sees anyway. */
export interface ReviewPlace extends PatientPair {
  /** Microseconds since 1970 at which the question came up. */
  readonly micros: string;
}

const OPEN = {
  name: 'identity_open_reviews',
  text: `select l.one, l.other, l.grade, l.withheld, l.bits, l.weights, l.decided_at as since,
      (extract(epoch from l.decided_at) * 1000000)::bigint as micros
    from identity_link l
    where l.tenant = $1 and l.state = 'review' and ($2::bigint is null
      or (l.decided_at, l.one, l.other) > (to_timestamp(0) + $2::bigint * interval '1 microsecond', $3, $4))
    order by l.decided_at, l.one, l.other limit $5`,
};

/**
 * Questions that wait, the oldest first.
 *
 * @param after of the last one of the page before, which may be settled meanwhile
 */
export async function openReviews(
  db: Queryable,
  tenant: number,
  { after, limit }: { readonly after: ReviewPlace | undefined; readonly limit: number },
): Promise<readonly OpenReview[]> {
  const place = [after?.micros ?? null, after?.one ?? '', after?.other ?? ''];
  const { rows } = await db.query<ReviewRow>({ ...OPEN, values: [tenant, ...place, limit] });
  return rows.map(({ withheld, ...row }) => ({ ...row, withheld: withheld ?? undefined }));
}

const KEEP_FACT = {
  name: 'identity_keep_fact',
  text: `insert into identity_fact as f (tenant, one, other, verdict, steward) values ($1, $2, $3, $4, $5)
    on conflict (tenant, one, other) do update
      set verdict = excluded.verdict, steward = excluded.steward, decided_at = clock_timestamp()`,
};

const DROP_FACT = {
  name: 'identity_drop_fact',
  text: 'delete from identity_fact where (tenant, one, other) = ($1, $2, $3)',
};

/**
 * Keeps what a steward says of two records, above every score; null takes it back. What follows for
 * their link follows when one of them is matched again.
 */
export async function keepFact(
  db: Queryable,
  { tenant, one, other }: PatientPair & { readonly tenant: number },
  said: { readonly verdict: Verdict; readonly steward: string } | null,
): Promise<void> {
  const pair = [tenant, one, other];
  if (said === null) await db.query({ ...DROP_FACT, values: pair });
  else await db.query({ ...KEEP_FACT, values: [...pair, said.verdict, said.steward] });
}

const STATE = {
  name: 'identity_link_state',
  text: 'select state from identity_link where (tenant, one, other) = ($1, $2, $3)',
};

/** What is kept of two records; null where nothing is. */
export async function linkStateOf(
  db: Queryable,
  { tenant, one, other }: PatientPair & { readonly tenant: number },
): Promise<'linked' | 'review' | null> {
  const { rows } = await db.query<{ state: 'linked' | 'review' }>({
    ...STATE,
    values: [tenant, one, other],
  });
  return rows[0]?.state ?? null;
}
