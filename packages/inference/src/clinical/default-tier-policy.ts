import type { TierPolicy } from './tier-policy.ts';

/**
 * The shipped policy. Bands come from the published scores (each score's table names its source);
 * deadlines are ours: a CDS Hooks answer is expected within the order of 500 ms.
 * A clinical owner of the site replaces it by one of its own.
 */
export const defaultTierPolicy: TierPolicy = {
  id: 'holdfast-default',
  version: '2',
  requested: { stat: 0, asap: 1, urgent: 1, routine: 2, background: 3 },
  unstated: 2,
  rows: [
    // HL7 v3 ObservationInterpretation LL, HH, AA: the laboratory's own critical flag.
    { signal: 'interpretation-critical', atLeast: 1, tier: 0 },
    // Critical and urgent limits of critical-values, for what the laboratory did not flag.
    { signal: 'critical-value', atLeast: 2, tier: 0 },
    { signal: 'critical-value', atLeast: 1, tier: 1 },
    // 4 stat, 3 asap, 2 urgent, 1 routine: FHIR R4 request-priority.
    { signal: 'order-priority', atLeast: 4, tier: 0 },
    { signal: 'order-priority', atLeast: 2, tier: 1 },
    { signal: 'order-priority', atLeast: 1, tier: 2 },
    { signal: 'encounter-emergency', atLeast: 1, tier: 1 },
    // 3 high, 2 moderate, 1 low.
    { signal: 'c-ssrs-risk', atLeast: 3, tier: 0 },
    { signal: 'c-ssrs-risk', atLeast: 2, tier: 1 },
    { signal: 'c-ssrs-risk', atLeast: 1, tier: 2 },
    { signal: 'news2-total', atLeast: 7, tier: 0 },
    { signal: 'news2-total', atLeast: 5, tier: 1 },
    { signal: 'news2-red-parameter', atLeast: 1, tier: 1 },
    // Thoughts of self-harm call for a person at once, whatever the total.
    { signal: 'phq-9-item-9', atLeast: 1, tier: 0 },
    { signal: 'phq-9-total', atLeast: 20, tier: 1 },
    { signal: 'phq-9-total', atLeast: 10, tier: 2 },
    { signal: 'phq-9-item-9-unanswered', atLeast: 1, tier: 2 },
    // Answered in a way that nobody here can read: it may say yes.
    { signal: 'phq-9-item-9-unreadable', atLeast: 1, tier: 1 },
    { signal: 'gad-7-total', atLeast: 15, tier: 1 },
    { signal: 'gad-7-total', atLeast: 10, tier: 2 },
    // Whether an infection is suspected is not known here, and unknown lowers nothing.
    { signal: 'qsofa-total', atLeast: 2, tier: 1 },
    { signal: 'audit-c-positive', atLeast: 1, tier: 2 },
  ],
  deadlineMs: {
    0: { interactive: 500, asynchronous: 2_000 },
    1: { interactive: 2_000, asynchronous: 10_000 },
    2: { interactive: 10_000, asynchronous: 60_000 },
    3: { interactive: 86_400_000, asynchronous: 86_400_000 },
  },
};
