import { describe, expect, it } from 'vitest';
import { asleep, due, readBegins, readEnds, wakened } from './wake-plan.ts';

const BOUNDS = { firstMs: 2, lastMs: 1_000 };
const at = (xid: bigint) => ({ xid, id: 1n });
const dry = (xid: bigint, more = {}) => ({
  cursor: at(xid),
  moved: false,
  snapshot: { oldest: xid + 1n, next: xid + 1n },
  ...more,
});

describe('wake plan', () => {
  it('EVE-11 sleeps without a timer when nothing is outstanding', () => {
    const state = readBegins(wakened(asleep(BOUNDS), at(5n)));
    expect(readEnds(state, dry(5n), BOUNDS).action).toEqual({ kind: 'sleep' });
  });

  it('reads again after a wake-up that came during a read', () => {
    const state = wakened(readBegins(wakened(asleep(BOUNDS), null)), at(7n));
    expect(readEnds(state, dry(7n), BOUNDS).action).toEqual({ kind: 'read' });
  });

  it('looks again by a timer when an event was announced that cannot be read yet', () => {
    const state = readBegins(wakened(asleep(BOUNDS), at(9n)));
    expect(readEnds(state, dry(8n), BOUNDS).action).toEqual({ kind: 'recheck', afterMs: 2 });
  });

  it('after a wake-up that names no event looks until all that was under way then has ended', () => {
    const running = (oldest: bigint, next: bigint) => dry(8n, { snapshot: { oldest, next } });
    let state = readBegins(wakened(asleep(BOUNDS), null));
    const step = (outcome: ReturnType<typeof dry>) => {
      const next = readEnds(state, outcome, BOUNDS);
      state = readBegins(due(next.state));
      return next.action.kind;
    };
    expect(step(running(9n, 11n))).toBe('recheck');
    expect(step(running(10n, 12n))).toBe('recheck');
    // 11 began after the wake-up: its own commit will tell of it.
    expect(step(running(11n, 12n))).toBe('sleep');
    expect(step(running(11n, 12n))).toBe('sleep');
  });

  it('looks less and less often, and often again once something moved', () => {
    let state = readBegins(wakened(asleep(BOUNDS), at(9n)));
    const delays: number[] = [];
    for (let i = 0; i < 12; i++) {
      const next = readEnds(state, dry(8n), BOUNDS);
      if (next.action.kind === 'recheck') delays.push(next.action.afterMs);
      state = next.state;
    }
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000, 1_000, 1_000]);
    const moved = readEnds(state, dry(8n, { moved: true }), BOUNDS);
    expect(moved.action).toEqual({ kind: 'recheck', afterMs: 2 });
  });

  it('keeps the furthest announcement, whatever order they come in', () => {
    const state = readBegins(wakened(wakened(asleep(BOUNDS), at(9n)), at(3n)));
    expect(readEnds(state, dry(8n), BOUNDS).action.kind).toBe('recheck');
    expect(readEnds(state, dry(9n), BOUNDS).action.kind).toBe('sleep');
  });
});
