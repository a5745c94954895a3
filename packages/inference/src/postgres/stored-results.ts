import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Tier } from '../clinical/tier.ts';

/** What the record of an inference says beside its resources. */
export interface RecordFacts {
  readonly inferenceId: string;
  readonly pipeline: string;
  readonly tier: Tier;
  readonly degraded: boolean;
  readonly finishedAt: Date;
}

interface Row {
  id: string;
  pipeline: string;
  tier: Tier;
  degraded: boolean;
  finished_at: Date;
}

const OF_PATIENT = `select id, pipeline, tier, degraded, finished_at from inference_record
  where tenant = $1 and id = any($2) and patient_id = $3 and outcome = 'answered'`;

/**
 * The records behind resources that were released; those of other patients are none, whatever a
 * resource says that it came from.
 */
export async function recordsBehind(
  db: Queryable,
  tenant: TenantId,
  { ids, patientId }: { readonly ids: readonly string[]; readonly patientId: string },
): Promise<readonly RecordFacts[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'inference.behind',
    text: OF_PATIENT,
    values: [tenant, ids, patientId],
  });
  return rows.map(({ id, finished_at, ...row }) => ({
    ...row,
    inferenceId: id,
    finishedAt: finished_at,
  }));
}

/** The patient whom an inference was about, or null where there was none. */
export async function patientOfInference(
  db: Queryable,
  tenant: TenantId,
  id: string,
): Promise<string | null> {
  const { rows } = await db.query<{ patient_id: string }>({
    name: 'inference.patient',
    text: 'select patient_id from inference_record where tenant = $1 and id = $2',
    values: [tenant, id],
  });
  return rows[0]?.patient_id ?? null;
}
