import type { PatientId, TenantId } from '@holdfast/kernel';
import type { BackendFailure } from '../backend/inference-backend.ts';
import type { Tier } from '../clinical/tier.ts';
import type { DegradeReason } from '../scheduler/scheduler-state.ts';

export type FailureCause =
  | 'inference-backend-exited'
  | 'inference-deadline-exceeded'
  | 'inference-breaker-open'
  /** The back end is up and answers wrongly or not this model. */
  | 'inference-backend-error'
  /** More work than slots: answered from a lower rung, or refused. */
  | 'inference-overloaded'
  /** So much of a tenant's work is tier 0 that the tier says little. */
  | 'inference-tier-inflation';

/** What went wrong, and exactly for whom. */
export interface FailureReport {
  readonly cause: FailureCause;
  readonly component: string;
  /** Null where the failure struck an idle back end and so nobody. */
  readonly tenant: TenantId | null;
  readonly patients: readonly PatientId[];
  readonly tier: Tier | null;
  readonly at: Date;
}

/** Null where it is no failure: the run was stopped on purpose, goes on, or came too early. */
export function causeOfFailure(failure: BackendFailure): FailureCause | null {
  switch (failure.kind) {
    case 'exited':
      return 'inference-backend-exited';
    case 'deadline-exceeded':
      return 'inference-deadline-exceeded';
    case 'breaker-open':
      return 'inference-breaker-open';
    case 'saturated':
    case 'stopped':
    case 'model-unknown':
    case 'scorer-failed':
      return 'inference-backend-error';
    case 'aborted':
    case 'yielded':
    case 'model-cold':
      return null;
  }
}

export function causeOfDegradation(reason: DegradeReason): FailureCause {
  return reason === 'deadline-while-running' || reason === 'deadline-while-waiting'
    ? 'inference-deadline-exceeded'
    : 'inference-overloaded';
}
