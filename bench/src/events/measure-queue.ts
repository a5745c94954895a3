import type { QueueSubject } from './queue-subject.ts';

export interface QueueFigures {
  /** ms from the commit until the consumer had it, one event at a time. */
  readonly latencies: readonly number[];
  readonly perSecond: number;
  /** Keys that never came, and keys that came twice. */
  readonly missing: number;
  readonly repeated: number;
}

export interface QueuePlan {
  /** Events of the backlog. */
  readonly backlog: number;
  /** Events sent one by one. */
  readonly singles: number;
}

/** Works off a backlog, then sends single events, each after the one before was handled. */
export async function measureQueue(
  subject: QueueSubject,
  { backlog, singles }: QueuePlan,
): Promise<QueueFigures> {
  const seen = new Map<number, number>();
  let waiting: { readonly enough: () => boolean; readonly done: () => void } | undefined;
  const until = (enough: () => boolean): Promise<void> =>
    new Promise((done) => {
      waiting = { enough, done };
      if (enough()) done();
    });
  await subject.prefill(backlog);
  const startedMs = performance.now();
  await subject.start((key) => {
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (waiting?.enough() === true) waiting.done();
  });
  await until(() => seen.size >= backlog);
  const perSecond = (backlog * 1_000) / (performance.now() - startedMs);
  const latencies: number[] = [];
  for (let key = backlog; key < backlog + singles; key++) {
    await subject.append(key);
    const committedMs = performance.now();
    await until(() => seen.has(key));
    latencies.push(performance.now() - committedMs);
  }
  const total = backlog + singles;
  const repeated = [...seen.values()].filter((times) => times > 1).length;
  return { latencies, perSecond, missing: total - seen.size, repeated };
}
