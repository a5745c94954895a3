import { describe, expect, it } from 'vitest';
import { RESTART_PAUSE_LEAST_MS, RESTART_PAUSE_MOST_MS, STEADY_MS } from './limits.ts';
import { FirstStartFailed, restartPauseMs, Supervisor, type Worker } from './supervisor.ts';

class FakeWorker implements Worker<string> {
  readonly signals: string[] = [];
  readonly pid: number;
  readonly serving: Promise<string>;
  readonly ended: Promise<number | null>;
  serve: (facts: string) => void = () => undefined;
  end: (status: number | null) => void = () => undefined;

  constructor(pid: number) {
    this.pid = pid;
    this.serving = new Promise((resolve) => {
      this.serve = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  signal(name: string): void {
    this.signals.push(name);
    this.end(0);
  }
}

function stage(workers = 2) {
  let ms = 0;
  const timers: { delayMs: number; run: () => void }[] = [];
  const started: { number: number; worker: FakeWorker }[] = [];
  const supervisor = new Supervisor<string>({
    workers,
    clock: { now: () => new Date(ms), monotonicMs: () => ms },
    timers: {
      after: (delayMs, run) => {
        const timer = { delayMs, run };
        timers.push(timer);
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
      },
    },
    start: (number) => {
      const worker = new FakeWorker(100 + started.length);
      started.push({ number, worker });
      return worker;
    },
    onServing: () => undefined,
    onEnded: () => undefined,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const live = async (number: number, livedMs: number) => {
    const { worker } = started.findLast((each) => each.number === number) ?? { worker: undefined };
    ms += livedMs;
    worker?.end(null);
    await settle();
    const pause = timers.at(-1);
    pause?.run();
    await settle();
    return pause?.delayMs;
  };
  return { supervisor, started, settle, live };
}

async function serving(workers = 2) {
  const all = stage(workers);
  const start = all.supervisor.start();
  all.started[0]?.worker.serve('at 8080');
  await all.settle();
  for (const { worker } of all.started.slice(1)) worker.serve('too');
  return { ...all, facts: await start };
}

describe('a supervisor', () => {
  it('starts the first alone and the others once it serves', async () => {
    const { supervisor, started, settle } = stage(3);
    void supervisor.start();
    await settle();
    expect(started.map(({ number }) => number)).toEqual([1]);
    started[0]?.worker.serve('at 8080');
    await settle();
    expect(started.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('says what the first said, and fails with its status where it never served', async () => {
    expect((await serving()).facts).toBe('at 8080');
    const { supervisor, started } = stage();
    const start = supervisor.start();
    started[0]?.worker.end(2);
    await expect(start).rejects.toMatchObject({ status: 2 });
    await expect(start).rejects.toBeInstanceOf(FirstStartFailed);
  });

  it('replaces a process that ended, later the more of its successors end early', async () => {
    const { started, live } = await serving();
    expect(await live(2, STEADY_MS)).toBe(RESTART_PAUSE_LEAST_MS);
    expect(started.at(-1)?.number).toBe(2);
    const pauses: unknown[] = [];
    for (let n = 0; n < 8; n++) pauses.push(await live(2, 10));
    expect(pauses.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * RESTART_PAUSE_LEAST_MS));
    expect(pauses.at(-1)).toBe(RESTART_PAUSE_MOST_MS);
    expect(await live(2, STEADY_MS)).toBe(RESTART_PAUSE_LEAST_MS);
    expect(restartPauseMs(1_000)).toBe(RESTART_PAUSE_MOST_MS);
  });

  it('asks all to stop, waits for them and starts none again', async () => {
    const { supervisor, started } = await serving();
    await supervisor.stop();
    expect(started.map(({ worker }) => worker.signals)).toEqual([['SIGTERM'], ['SIGTERM']]);
    expect(started).toHaveLength(2);
  });
});
