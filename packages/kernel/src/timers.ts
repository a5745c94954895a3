/** One-shot timers as an argument, so that a test owns time. */
export interface Timers {
  /**
   * @param delayMs beyond 2^31 - 1 it rings early: whoever waits that long arms again
   * @returns cancels; harmless once it has run
   */
  after(delayMs: number, run: () => void): () => void;
}

/** Node fires at once where a delay does not fit in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(LONGEST_MS, Math.max(0, delayMs)));
    return () => clearTimeout(handle);
  },
};
