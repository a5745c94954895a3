/** When to stop trying; all instants are monotonic milliseconds. */
export interface BreakerLimits {
  readonly deathsToOpen: number;
  readonly deathWindowMs: number;
  readonly coolDownMs: number;
}

export interface Breaker {
  readonly deaths: readonly number[];
  /** Null while closed; past this instant one trial is allowed. */
  readonly openUntilMs: number | null;
}

export type BreakerPhase = 'closed' | 'open' | 'half-open';

export const closedBreaker: Breaker = { deaths: [], openUntilMs: null };

export function breakerPhase(breaker: Breaker, now: number): BreakerPhase {
  if (breaker.openUntilMs === null) return 'closed';
  return now < breaker.openUntilMs ? 'open' : 'half-open';
}

/** A death while half-open re-opens at once; else so many within the window do. */
export function afterDeath(breaker: Breaker, now: number, limits: BreakerLimits): Breaker {
  const deaths = [...breaker.deaths.filter((at) => now - at < limits.deathWindowMs), now].slice(
    -limits.deathsToOpen,
  );
  const opens = breaker.openUntilMs !== null || deaths.length >= limits.deathsToOpen;
  return { deaths, openUntilMs: opens ? now + limits.coolDownMs : null };
}

/** An answer proves it well again, unless deaths still pile up beside it. */
export function afterAnswer(breaker: Breaker): Breaker {
  return breaker.openUntilMs === null ? breaker : closedBreaker;
}

/** Pause before the next start: doubles with every death in a row. */
export function respawnDelayMs(
  deathsInARow: number,
  limits: { readonly respawnBaseMs: number; readonly respawnMaxMs: number },
): number {
  return Math.min(limits.respawnMaxMs, limits.respawnBaseMs * 2 ** Math.max(0, deathsInARow - 1));
}
