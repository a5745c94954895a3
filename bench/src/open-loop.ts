/**
 * Asks at a steady rate whether or not answers have come, so that a queue shows as what it is:
 * latency counts from when the request was due.
 *
 * @returns ms of each request that `ask` said was answered
 */
export async function openLoop(
  perSecond: number,
  milliseconds: number,
  ask: () => Promise<boolean>,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  const started = performance.now();
  const count = Math.floor((milliseconds / 1_000) * perSecond);
  for (let nth = 0; nth < count; nth++) {
    const dueMs = started + (nth * 1_000) / perSecond;
    const aheadMs = dueMs - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    running.push(
      ask().then((answered) => {
        if (answered) latencies.push(performance.now() - dueMs);
      }),
    );
  }
  await Promise.all(running);
  return latencies;
}
