import type { AuditEvent } from './audit-event.ts';

/** What neither leaf nor columns say in the clear: on what, about whom, and why it was decided so. */
export interface AuditBody {
  /** Consent class, epoch, verdict; null where nothing was decided. */
  readonly decision: readonly [consentClass: number, epoch: number, verdict: string] | null;
  /** The patient's id. */
  readonly patient: string | null;
  readonly request: string;
  readonly roles: readonly string[];
  readonly target: string | null;
}

export function formatBody({ requestId, roles, target, patientId, decision }: AuditEvent): string {
  return JSON.stringify({
    decision: decision && [decision.consentClass, Number(decision.epoch), decision.verdict],
    patient: patientId,
    request: requestId,
    roles,
    target,
  });
}

/** A body as `formatBody` wrote it; null where it is not of that form. */
export function parseBody(text: string): AuditBody | null {
  try {
    const body = JSON.parse(text) as Partial<Record<keyof AuditBody, unknown>> | null;
    const sound =
      typeof body?.request === 'string' &&
      Array.isArray(body.roles) &&
      (body.target === null || typeof body.target === 'string') &&
      (body.patient === null || typeof body.patient === 'string');
    return sound ? (body as unknown as AuditBody) : null;
  } catch {
    return null;
  }
}
