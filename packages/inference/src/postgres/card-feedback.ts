import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { OVERRIDE_REASON_SYSTEM, OVERRIDE_REASONS } from '../cds-hooks/cards.ts';

/** What became of a card (https://cds-hooks.hl7.org/2.0/#feedback). */
export interface CardFeedback {
  readonly inferenceId: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly reason: { readonly system: string | null; readonly code: string } | null;
  readonly comment: string | null;
  readonly outcomeAt: Date;
}

/** How clinicians answered the cards of one version of a pipeline. */
export interface CardOutcomes {
  readonly pipeline: string;
  readonly version: string;
  readonly accepted: number;
  readonly overridden: number;
  /** How often each reason was given, the most frequent first. */
  readonly reasons: readonly { readonly code: string; readonly times: number }[];
}

const INSERT = `insert into card_feedback
    (tenant, service, actor, inference_id, outcome, reason_system, reason_code, comment, outcome_at)
  select $1, $2, $3, given.* from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::timestamptz[]) given
  on conflict do nothing`;

/** Who answered, and to which service's cards. */
export interface FeedbackSource {
  readonly tenant: TenantId;
  readonly service: string;
  /** FHIR reference of who answered. */
  readonly actor: string;
}

/**
 * Keeps what clinicians answered, all of it or nothing; the same outcome of the same moment once,
 * however often it is sent.
 */
export async function recordCardFeedback(
  db: Queryable,
  { tenant, service, actor }: FeedbackSource,
  given: readonly CardFeedback[],
): Promise<void> {
  await db.query({
    name: 'inference.feedback',
    text: INSERT,
    values: [
      tenant,
      service,
      actor,
      given.map(({ inferenceId }) => inferenceId),
      given.map(({ outcome }) => outcome),
      given.map(({ reason }) => reason?.system ?? null),
      given.map(({ reason }) => reason?.code ?? null),
      given.map(({ comment }) => comment),
      given.map(({ outcomeAt }) => outcomeAt),
    ],
  });
}

const OUTCOMES = `with answered as (
    select r.pipeline, r.pipeline_version, f.outcome, case
        when f.reason_code is null or f.reason_system = $3 and f.reason_code = any($4)
        then f.reason_code else 'other' end as reason_code
      from card_feedback f join inference_record r on r.tenant = f.tenant and r.id = f.inference_id
      where f.tenant = $1 and f.received_at >= $2),
  reasons as (
    select pipeline, pipeline_version, reason_code, count(*)::int as times
      from answered where reason_code is not null group by 1, 2, 3)
  select a.pipeline, a.pipeline_version as version,
      (count(*) filter (where a.outcome = 'accepted'))::int as accepted,
      (count(*) filter (where a.outcome = 'overridden'))::int as overridden,
      coalesce((select json_agg(json_build_object('code', n.reason_code, 'times', n.times)
          order by n.times desc, n.reason_code) from reasons n
        where n.pipeline = a.pipeline and n.pipeline_version = a.pipeline_version), '[]') as reasons
    from answered a group by 1, 2 order by 1, 2`;

/**
 * What became of cards since a moment: costs what was answered since then. Reasons that were not
 * offered count as `other`: what clients write there may be about a patient.
 */
export async function cardOutcomes(
  db: Queryable,
  tenant: TenantId,
  since: Date,
): Promise<readonly CardOutcomes[]> {
  const { rows } = await db.query<{ [Field in keyof CardOutcomes]: CardOutcomes[Field] }>({
    name: 'inference.card-outcomes',
    text: OUTCOMES,
    values: [tenant, since, OVERRIDE_REASON_SYSTEM, OVERRIDE_REASONS.map(({ code }) => code)],
  });
  return rows;
}
