import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { InferenceRecord } from '../orchestrator/inference-record.ts';

const INSERT = `
insert into inference_record (tenant, id, idempotency_key, pipeline, pipeline_version, model,
  model_version, tier, outcome, rung, degraded, patient_id, arrived_at, finished_at, record)
values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict do nothing
returning id`;

/**
 * Stores a record; call it first in the transaction that writes its resources (INF-6). `new`:
 * write them and commit. `duplicate`: the effect exists or is being committed by another worker
 * (this call has waited for it); write nothing more.
 * @param tx a transaction in which `holdfast.tenant` is set to the tenant
 */
export async function recordInference(
  tx: Queryable,
  tenant: TenantId,
  record: InferenceRecord,
): Promise<'new' | 'duplicate'> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'inference.record',
    text: INSERT,
    values: [
      tenant,
      record.id,
      record.idempotencyKey,
      record.pipeline.id,
      record.pipeline.version,
      record.model.id,
      record.model.version,
      record.tier,
      record.outcome,
      record.rung,
      record.degraded,
      record.patientId,
      record.arrivedAt,
      record.finishedAt,
      JSON.stringify(record),
    ],
  });
  return rows.length === 1 ? 'new' : 'duplicate';
}
