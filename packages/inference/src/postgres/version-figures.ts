import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** What a version has answered here: validity in local data, as far as it can be told without outcomes. */
export interface VersionFigures {
  readonly answers: number;
  /** Of the model asked, answered by a lower rung. */
  readonly degraded: number;
  readonly patients: number;
  readonly accepted: number;
  readonly overridden: number;
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
}

const FIGURES = `select count(*)::int as answers, count(*) filter (where r.degraded)::int as degraded,
    count(distinct r.patient_id)::int as patients,
    count(*) filter (where f.outcome = 'accepted')::int as accepted,
    count(*) filter (where f.outcome = 'overridden')::int as overridden,
    min(r.finished_at) as "firstAt", max(r.finished_at) as "lastAt"
  from inference_record r
  left join lateral (select c.outcome from card_feedback c
    where c.tenant = r.tenant and c.inference_id = r.id order by c.outcome_at desc limit 1) f on true
  where r.tenant = $1 and r.model = $2 and r.model_version = $3 and r.outcome = 'answered'`;

export async function versionFigures(
  db: Queryable,
  tenant: TenantId,
  { id, version }: ModelReference,
): Promise<VersionFigures> {
  const none = { accepted: 0, overridden: 0, firstAt: null, lastAt: null };
  const { rows } = await db.query<VersionFigures & object>(FIGURES, [tenant, id, version]);
  return rows[0] ?? { answers: 0, degraded: 0, patients: 0, ...none };
}
