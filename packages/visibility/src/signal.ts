import type { Brand, PatientId, TenantId } from '@holdfast/kernel';
import type { CauseCode } from './causes.ts';

export type SignalId = Brand<string, 'SignalId'>;

/** Kinds of data that a failure touched. */
export type DataCategory =
  | 'demographics'
  | 'clinical'
  | 'consent'
  | 'inference'
  | 'audit'
  | 'identity';

/** What the affected got. */
export type SignalOutcome = 'failed' | 'delayed' | 'degraded' | 'refused';

/** What two occurrences must share to be the same story. */
export interface SignalKey {
  readonly cause: CauseCode;
  /** Default: the component of the cause. */
  readonly component?: string;
  /** What it depends on that failed, e.g. a consumer group or a model. */
  readonly dependency?: string | null;
  /** null: the platform itself, no one tenant. */
  readonly tenant: TenantId | null;
}

/** One observation of a failure. */
export interface Occurrence extends SignalKey {
  readonly patients?: readonly PatientId[];
  readonly dataCategories?: readonly DataCategory[];
  /** Clinical tier, 0 the most urgent. */
  readonly tier?: number | null;
  readonly outcome: SignalOutcome;
  readonly traceId?: string | null;
  readonly requestId?: string | null;
}

/** A signal without the identities of its patients: for lists and logs. */
export interface SignalSummary {
  readonly id: SignalId;
  readonly cause: CauseCode;
  readonly component: string;
  readonly dependency: string | null;
  readonly tenant: TenantId | null;
  /** How many distinct patients; exact unless `patientsUncounted` is above 0. */
  readonly patientCount: number;
  /** Mentions of patients beyond the limit of memory: not in the set. */
  readonly patientsUncounted: number;
  readonly dataCategories: readonly DataCategory[];
  /** The most urgent clinical tier concerned. */
  readonly tier: number | null;
  readonly outcome: SignalOutcome;
  /** Of the first occurrence that had one. */
  readonly traceId: string | null;
  readonly requestId: string | null;
  readonly openedAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
  readonly occurrences: number;
}

/** A failure with whom it hurt. The set of patients is itself protected data. */
export interface Signal extends SignalSummary {
  /** Distinct, sorted. */
  readonly patients: readonly PatientId[];
}

export type SignalChangeKind = 'opened' | 'merged' | 'resolved';

export interface SignalChange {
  readonly kind: SignalChangeKind;
  readonly signal: SignalSummary;
  /** Patients that this change added. */
  readonly addedPatients: readonly PatientId[];
}

/** The key as text, for maps. */
export function signalKey(key: {
  readonly cause: CauseCode;
  readonly component: string;
  readonly dependency: string | null;
  readonly tenant: TenantId | null;
}): string {
  return JSON.stringify([key.cause, key.component, key.dependency, key.tenant]);
}
