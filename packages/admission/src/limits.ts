import type { PriorityClass } from './priority.ts';

export interface ClassLimits {
  /** Requests that may wait at once; more are refused. */
  readonly waiting: number;
  /** Of them, of one tenant. */
  readonly waitingPerTenant: number;
  /** Longest wait in milliseconds; a request that is predicted to wait longer is refused at once. */
  readonly waitMs: number;
  /** Part of the concurrency that this class and those below it may hold together. */
  readonly share: number;
}

export interface AdmissionLimits {
  /** Requests in service: the adaptive limit moves between `least` and `most`. */
  readonly concurrency: { readonly least: number; readonly first: number; readonly most: number };
  readonly classes: Readonly<Record<PriorityClass, ClassLimits>>;
  /** Starts of others that may pass over a class that waits and has a slot; then it is next. */
  readonly passedOverMost: number;
  /** Retry-After is never shorter, so that refused callers do not come back at once. */
  readonly retryAfterLeastMs: number;
}

/**
 * A wait is worth it only while its answer still helps: people give up after a second or two, so
 * nothing interactive waits longer. What is below a class may never hold the slots above its share:
 * one in ten (at least one) is always care-now's to find, and more while care-now is slow (`LowerCeiling`).
 * Care-now itself waits for its own only: it may go beyond the adaptive limit, up to `most`.
 */
export const admissionLimits: AdmissionLimits = {
  concurrency: { least: 4, first: 8, most: 16 },
  classes: {
    'care-now': { waiting: 512, waitingPerTenant: 256, waitMs: 1_000, share: 1 },
    interactive: { waiting: 256, waitingPerTenant: 128, waitMs: 500, share: 0.9 },
    integration: { waiting: 256, waitingPerTenant: 128, waitMs: 1_000, share: 0.75 },
    bulk: { waiting: 64, waitingPerTenant: 32, waitMs: 5_000, share: 0.5 },
  },
  passedOverMost: 8,
  retryAfterLeastMs: 1_000,
};

/** Refusals a second that are answered at once: at 0.15 ms each, 3 % of a processor. */
export const REFUSALS_PER_SECOND = 200;

/** Refusals that may come together before any is held: a page that loads, not a crowd. */
export const REFUSAL_BURST = 50;

/** Longest hold: what Retry-After says at least, so that who obeys it loses nothing. */
export const REFUSAL_HELD_MOST_MS = 1_000;

/** Where more come than the pace answers within that time, each is held for at least so much of it. */
export const REFUSAL_HELD_PART = 0.5;

/** Answers after which the limit is reconsidered: enough to average, few enough to follow a spike. */
export const WINDOW_ANSWERS = 32;

/** TCP Vegas (Brakmo, O'Malley, Peterson 1994): fewer requests than this queue behind the slots: grow. */
export const QUEUED_FEW = 2;

/** More than this queue: shrink. */
export const QUEUED_MANY = 3;

/** Care-now answers after which the ceiling of the others is reconsidered: few, so that it follows fast. */
export const CARE_NOW_WINDOW = 8;

/** What is left of the others' slots then: after two or three windows next to none. */
export const GIVES_WAY = 2 / 3;

/** Mean slowness of care-now above which the others give up slots. */
export const CARE_NOW_PRESSED = 1.4;

/** Below it they get one back. */
export const CARE_NOW_CALM = 1.2;

/** Requests in service and waiting, itself included, with which an answer still counts as undisturbed. */
export const CALM_IN_SERVICE = 2;

/** Weight of the newest undisturbed answer in its kind's calm mean. */
export const CALM_WEIGHT = 0.05;

/** Weight of the newest answer in the mean service time. */
export const RATE_WEIGHT = 0.05;
