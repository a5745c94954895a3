import { describe, expect, it } from 'vitest';
import { afterAnswer, afterDeath, breakerPhase, closedBreaker, respawnDelayMs } from './breaker.ts';

const limits = { deathsToOpen: 3, deathWindowMs: 100, coolDownMs: 50 };
const afterDeathsAt = (...instants: number[]) =>
  instants.reduce((breaker, at) => afterDeath(breaker, at, limits), closedBreaker);

describe('the breaker', () => {
  it('opens at the stated number of deaths within the window, not before', () => {
    expect(breakerPhase(afterDeathsAt(0, 10), 10)).toBe('closed');
    expect(breakerPhase(afterDeathsAt(0, 10, 99), 99)).toBe('open');
  });

  it('does not count deaths older than the window', () => {
    expect(breakerPhase(afterDeathsAt(0, 10, 100), 100)).toBe('closed');
  });

  it('allows a trial after the cool-down; an answer closes it, a death opens it again', () => {
    const open = afterDeathsAt(0, 1, 2);
    expect(breakerPhase(open, 51)).toBe('open');
    expect(breakerPhase(open, 52)).toBe('half-open');
    expect(breakerPhase(afterAnswer(open), 52)).toBe('closed');
    expect(breakerPhase(afterDeath(open, 1_000, limits), 1_049)).toBe('open');
  });

  it('keeps counting deaths that come between answers', () => {
    const twice = afterAnswer(afterDeathsAt(0, 1));
    expect(breakerPhase(afterDeath(twice, 2, limits), 2)).toBe('open');
  });

  it('remembers no more deaths than it needs', () => {
    const many = afterDeathsAt(...Array.from({ length: 50 }, (_, i) => i));
    expect(many.deaths).toHaveLength(3);
  });
});

describe('the pause before a restart', () => {
  it.each([
    [1, 50],
    [2, 100],
    [3, 200],
    [20, 5_000],
  ])('after %i deaths in a row is %i ms', (deaths, pause) => {
    expect(respawnDelayMs(deaths, { respawnBaseMs: 50, respawnMaxMs: 5_000 })).toBe(pause);
  });
});
