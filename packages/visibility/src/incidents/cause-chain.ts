import { CAUSES, type CauseCode, type Severity } from '../causes.ts';

/**
 * What a failure brings about by itself in parts that depend on the failed one: where both are
 * seen, the first is the cause and the second its effect.
 */
const BRINGS_ABOUT: Readonly<Partial<Record<CauseCode, readonly CauseCode[]>>> = {
  'postgres-unavailable': [
    'audit-append-failed',
    'ledger-checkpoint-stale',
    'event-consumer-parked',
    'event-dead-letter',
    'inference-deadline-exceeded',
    'inference-overloaded',
    'signal-spool-overflow',
    'signal-book-overflow',
    'request-failed-internal',
  ],
  'inference-backend-exited': [
    'inference-breaker-open',
    'inference-backend-error',
    'inference-deadline-exceeded',
    'inference-overloaded',
  ],
  'inference-breaker-open': ['inference-deadline-exceeded', 'inference-overloaded'],
  'inference-overloaded': ['inference-deadline-exceeded'],
  'event-consumer-parked': ['event-dead-letter'],
  'ledger-forked': ['ledger-halted', 'ledger-unwitnessed'],
  'ledger-halted': ['ledger-checkpoint-stale', 'ledger-unwitnessed'],
};

const GRAVITY: Readonly<Record<Severity, number>> = { critical: 2, major: 1, minor: 0 };

/** Whether one failure is an effect of the other, or the same. */
export function isOneStory(one: CauseCode, other: CauseCode): boolean {
  return one === other || bringsAbout(one, other) || bringsAbout(other, one);
}

export const graver = (one: Severity, other: Severity): Severity =>
  GRAVITY[one] >= GRAVITY[other] ? one : other;

/**
 * The cause first, then its effects: what others bring about comes after them; among equals the
 * graver, then the earlier.
 */
export function causeFirst<Seen extends { readonly cause: CauseCode; readonly since: Date }>(
  seen: readonly Seen[],
): Seen[] {
  const explained = (each: Seen) =>
    seen.filter((other) => bringsAbout(other.cause, each.cause)).length;
  const weight = (each: Seen) => GRAVITY[CAUSES[each.cause].severity];
  return seen.toSorted(
    (a, b) =>
      explained(a) - explained(b) || weight(b) - weight(a) || a.since.getTime() - b.since.getTime(),
  );
}

/** Whether the first failure brings about the second by itself. */
export const bringsAbout = (cause: CauseCode, effect: CauseCode): boolean =>
  BRINGS_ABOUT[cause]?.includes(effect) ?? false;
