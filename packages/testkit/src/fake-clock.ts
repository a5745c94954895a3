import type { Clock } from '@holdfast/kernel';

export interface FakeClock extends Clock {
  /** Moves wall clock and monotonic time on together. */
  advance(ms: number): void;
  /** Sets the wall clock only, as an operator or NTP does; monotonic time does not move. */
  setWall(instant: Date | string): void;
}

/** Time that stands still until told otherwise. */
export function fakeClock(start: Date | string = '2026-03-01T08:00:00Z'): FakeClock {
  let wallMs = new Date(start).getTime();
  let monotonicMs = 0;
  if (Number.isNaN(wallMs)) throw new RangeError(`not an instant: ${String(start)}`);
  return {
    now: () => new Date(wallMs),
    monotonicMs: () => monotonicMs,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`time does not go back: ${ms}`);
      wallMs += ms;
      monotonicMs += ms;
    },
    setWall(instant) {
      wallMs = new Date(instant).getTime();
    },
  };
}
