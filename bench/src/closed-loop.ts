export interface LoopResult {
  readonly requests: number;
  readonly seconds: number;
  /** ms of each request, in the order they finished. */
  readonly latencies: readonly number[];
}

/**
 * `concurrency` callers, each of whom asks again as soon as its answer is there. Says how much
 * work a request is, not how a queue behaves: slow answers slow the callers down.
 */
export async function closedLoop(
  concurrency: number,
  milliseconds: number,
  ask: () => Promise<void>,
): Promise<LoopResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const caller = async () => {
    for (let now = started; now - started < milliseconds; ) {
      await ask();
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - started) / 1000;
  return { requests: latencies.length, seconds, latencies };
}
