import type { PatientId, TenantId } from '@holdfast/kernel';
import { isCauseCode } from './causes.ts';
import type { DataCategory, SignalId, SignalOutcome, SignalSummary } from './signal.ts';

/** A signal as it stands, with the patients that are not stored yet: a spool line, a table row. */
export interface SignalRecord {
  readonly signal: SignalSummary;
  readonly addedPatients: readonly PatientId[];
}

/** The wire form: one JSON object, instants in ISO 8601, column names of table `signal`. */
export interface SignalLine {
  tenant: number;
  id: string;
  cause: string;
  component: string;
  dependency: string | null;
  data_categories: string[];
  tier: number | null;
  outcome: string;
  trace_id: string | null;
  request_id: string | null;
  patients_uncounted: number;
  opened_at: string;
  last_seen_at: string;
  resolved_at: string | null;
  occurrences: number;
  patients: string[];
}

export function lineOf({ signal, addedPatients }: SignalRecord): SignalLine {
  return {
    tenant: signal.tenant ?? 0,
    id: signal.id,
    cause: signal.cause,
    component: signal.component,
    dependency: signal.dependency,
    data_categories: [...signal.dataCategories],
    tier: signal.tier,
    outcome: signal.outcome,
    trace_id: signal.traceId,
    request_id: signal.requestId,
    patients_uncounted: signal.patientsUncounted,
    opened_at: signal.openedAt.toISOString(),
    last_seen_at: signal.lastSeenAt.toISOString(),
    resolved_at: signal.resolvedAt?.toISOString() ?? null,
    occurrences: signal.occurrences,
    patients: [...addedPatients],
  };
}

/** @returns null for a cause that this version does not know */
export function recordOf(line: SignalLine): SignalRecord | null {
  if (!isCauseCode(line.cause)) return null;
  const signal: SignalSummary = {
    id: line.id as SignalId,
    cause: line.cause,
    component: line.component,
    dependency: line.dependency,
    tenant: line.tenant === 0 ? null : (line.tenant as TenantId),
    patientCount: line.patients.length,
    patientsUncounted: Number(line.patients_uncounted),
    // Both are written by `lineOf` only, and held by constraint vis_outcome.
    dataCategories: line.data_categories as DataCategory[],
    outcome: line.outcome as SignalOutcome,
    tier: line.tier,
    traceId: line.trace_id,
    requestId: line.request_id,
    openedAt: new Date(line.opened_at),
    lastSeenAt: new Date(line.last_seen_at),
    resolvedAt: line.resolved_at === null ? null : new Date(line.resolved_at),
    occurrences: Number(line.occurrences),
  };
  return { signal, addedPatients: line.patients as PatientId[] };
}
