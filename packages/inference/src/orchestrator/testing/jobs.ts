import type { PatientId, TenantId } from '@holdfast/kernel';
import type { InferenceJob } from '../inference-job.ts';

const PHQ9 = { id: 'phq-9', version: '1' };

/** A PHQ-9 job of tier 2; a signal or priority makes it another. */
export function phq9Job(id: string, change: Partial<InferenceJob> = {}): InferenceJob {
  return {
    id,
    tenant: 1 as TenantId,
    patientId: `patient-of-${id}` as PatientId,
    pipeline: PHQ9,
    purpose: 'TREAT',
    consent: { decision: 'd-1', policyVersion: '7', epoch: '3' },
    requester: 'system',
    requestedPriority: null,
    mode: 'asynchronous',
    signals: [],
    model: PHQ9,
    fallback: PHQ9,
    input: { answers: { '44250-9': 2 }, statedTotal: null },
    inputs: [{ reference: 'QuestionnaireResponse/q', version: '1' }],
    idempotencyKey: id,
    ...change,
  };
}

export const critical = {
  signals: [{ id: 'phq-9-item-9', value: 1, source: 'phq-9@1' }],
} satisfies Partial<InferenceJob>;
