import type { RequestId } from '@holdfast/kernel';
import type { AuditEvent } from '../entry/audit-event.ts';

/** A clinician reads an Observation: the most common record, with ids of realistic length. */
export function readEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    requestId: '01935b1e-7a54-7c2e-9d3f-0a4b5c6d7e8f' as RequestId,
    actor: 'Practitioner/5b0f1f3e-2a64-4b9d-8f77-1d2c3b4a5968',
    roles: ['clinician'],
    purposes: ['TREAT'],
    action: 'R',
    interaction: 'read',
    outcome: 0,
    target: 'Observation/01935b1e-0000-7abc-8def-0123456789ab/_history/3',
    patientId: '01935b1d-9999-7abc-8def-0123456789ab',
    decision: { consentClass: 12, epoch: 345n, verdict: 'release' },
    ...changes,
  };
}
