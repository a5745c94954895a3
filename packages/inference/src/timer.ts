/** Waking up as an argument, so that tests move time instead of waiting for it. */
export interface Timer {
  /** Calls back once after so many milliseconds; the answer cancels it. */
  set(delayMs: number, wake: () => void): () => void;
}

/** Node's own delays end at 2^31 - 1 ms and fire at once beyond; a caller that wakes early re-arms. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemTimer: Timer = {
  set(delayMs, wake) {
    const handle = setTimeout(wake, Math.min(LONGEST_MS, Math.max(0, delayMs)));
    return () => clearTimeout(handle);
  },
};
