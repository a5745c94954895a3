/** Time as an argument: cores never read it from the platform. */
export interface Clock {
  /** Wall-clock instant, for records. */
  now(): Date;
  /** Milliseconds that never go back, for durations and deadlines. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
