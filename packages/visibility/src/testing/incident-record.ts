import type { TenantId } from '@holdfast/kernel';
import type { CauseCode } from '../causes.ts';
import type {
  HumanEntry,
  IncidentEntry,
  IncidentId,
  IncidentRecord,
  MachineEntry,
} from '../incidents/incident.ts';
import type { SignalId, SignalSummary } from '../signal.ts';

const TENANT = 1 as TenantId;

/** The nth minute of a day. */
export const minute = (n: number): Date => new Date(Date.UTC(2026, 2, 2, 12, n));

export const joined = (signal: string, cause: CauseCode, at: number): IncidentEntry => ({
  at: minute(at),
  author: null,
  entry: { kind: 'signal-joined', signal: signal as SignalId, cause, since: minute(at) },
});

export const ended = (signal: string, at: number): IncidentEntry => ({
  at: minute(at),
  author: null,
  entry: { kind: 'signal-ended', signal: signal as SignalId, endedAt: minute(at) },
});

export const written = (entry: HumanEntry | MachineEntry, at: number): IncidentEntry => ({
  at: minute(at),
  author: 'Practitioner/on-call',
  entry,
});

export const record = (...entries: IncidentEntry[]): IncidentRecord => ({
  id: 'incident-1' as IncidentId,
  tenant: TENANT,
  entries,
});

export const summary = (changes: Partial<SignalSummary>): SignalSummary => ({
  id: 'signal-9' as SignalId,
  cause: 'postgres-unavailable',
  component: 'store',
  dependency: 'postgres',
  tenant: TENANT,
  patientCount: 0,
  patientsUncounted: 0,
  dataCategories: [],
  tier: null,
  outcome: 'failed',
  traceId: null,
  requestId: null,
  openedAt: minute(0),
  lastSeenAt: minute(0),
  resolvedAt: null,
  occurrences: 1,
  ...changes,
});
