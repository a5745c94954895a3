import type { InferenceRecord } from './inference-record.ts';

/**
 * The record of an inference whose consent ended before its result was written: that it ran and
 * was not released, and nothing of what it found, not even through its signals (INF-7).
 */
export function withdrawn(record: InferenceRecord): InferenceRecord {
  return {
    ...record,
    tierDecision: { ...record.tierDecision, contributions: [] },
    outcome: 'cancelled',
    rung: 'none',
    degraded: false,
    reason: 'consent-withdrawn',
    retryAfterMs: null,
    output: null,
  };
}
