/** One-shot timers as an argument, so that a test owns time. */
export interface Timers {
  /** @returns cancels; harmless once it has run */
  after(delayMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};
