import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Occurrence, SignalId } from '../signal.ts';
import type { Stamp } from '../signal-book.ts';

export const TENANT = 1 as TenantId;

export const patients = (...ids: string[]): PatientId[] => ids as PatientId[];

export function occurrence(more: Partial<Occurrence> = {}): Occurrence {
  return { cause: 'request-failed-internal', tenant: TENANT, outcome: 'failed', ...more };
}

/** Stamps with ids in order and an instant `atMs` after the epoch. */
export function stamps(): (atMs: number) => Stamp {
  let next = 0;
  return (atMs) => {
    next += 1;
    return {
      at: new Date(atMs),
      id: `signal-${next}` as SignalId,
      overflowId: `overflow-${next}` as SignalId,
    };
  };
}
