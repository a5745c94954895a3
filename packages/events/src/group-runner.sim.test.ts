import { seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { defineConsumer } from './consumer.ts';
import { GroupRunner } from './group-runner.ts';
import { type RecordedEvent, streamKey } from './recorded-event.ts';
import { GroupRecord, SimulatedGroupStore } from './testing/simulated-group-store.ts';
import { type Mutation, SimulatedLog } from './testing/simulated-log.ts';
import { SimulatedWorld } from './testing/simulated-world.ts';

const STREAMS = 4n;
const WRITES = 24;

interface Process {
  readonly store: SimulatedGroupStore;
  readonly runner: GroupRunner<void>;
}

/** One run under a seed: writers, a group, crashes, lost connections, failing effects. */
async function simulate(seed: number, lanes: number, mutation: Mutation | null): Promise<string[]> {
  const random = seededRandom(seed);
  const world = new SimulatedWorld(random);
  const log = new SimulatedLog(world, mutation);
  const record = new GroupRecord();
  const failures = new Map<string, number>();
  const refuses = (event: RecordedEvent): boolean => {
    const left = failures.get(event.eventId) ?? (random.chance(0.15) ? 1 + random.below(3) : 0);
    failures.set(event.eventId, left - 1);
    return left > 0;
  };
  const processes: Process[] = [];
  const start = (): Process => {
    const store = new SimulatedGroupStore({ world, log, record, mutation, refuses });
    const consumer = defineConsumer({
      group: 'simulated',
      handles: {},
      lanes,
      eventsPerTransaction: 1 + random.below(4),
      effect: async () => undefined,
      retry: { maxAttempts: 10, firstDelayMs: 1, maxDelayMs: 40 },
    });
    const parts = { consumer, store, timers: world.timers, random, trouble: () => undefined };
    const runner = new GroupRunner<void>(parts);
    runner.begin();
    const started = { store, runner };
    processes.push(started);
    return started;
  };

  let current = start();
  log.onPush = (position) => {
    for (const each of processes) each.runner.wake(mutation === 'no re-check' ? null : position);
  };
  for (let i = 0; i < WRITES; i++) {
    const stream = BigInt(random.below(Number(STREAMS))) + 1n;
    void steps(world, random.below(60)).then(() => log.write(stream, random.chance(0.15)));
  }
  let faultsLeft = 6;
  await world.run(() => {
    if (faultsLeft === 0 || !random.chance(0.03)) return;
    faultsLeft -= 1;
    const before = current;
    const kind = random.below(3);
    if (kind === 0) {
      // kill -9: nothing of it runs on
      before.store.cut();
      void before.runner.suspend();
      current = start();
    } else if (kind === 1) {
      // the database restarts
      before.store.cut();
      void world.step().then(() => before.store.mend());
    } else {
      // a pause: the old process goes on believing that it leads while another one does
      before.store.stall(25);
      current = start();
      void steps(world, 80).then(() => before.runner.suspend());
    }
  });
  return verdict(log, record);
}

async function steps(world: SimulatedWorld, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await world.step();
}

function verdict(log: SimulatedLog, record: GroupRecord): string[] {
  const found: string[] = [];
  for (const [stream, events] of log.history()) {
    const first = events[0];
    if (first === undefined) continue;
    const seen = record.effects.filter((event) => streamKey(event) === streamKey(first));
    const seqs = seen.map((event) => event.seq);
    if (new Set(seqs).size < seqs.length) found.push(`repeated in ${stream}: ${seqs.join()}`);
    for (const event of events) {
      if (!seqs.includes(event.seq)) found.push(`lost in ${stream}: ${event.seq}`);
    }
    const firsts = [...new Set(seqs)];
    if (firsts.some((seq, i) => i > 0 && seq < (firsts[i - 1] ?? 0n))) {
      found.push(`out of order in ${stream}: ${seqs.join()}`);
    }
  }
  return found;
}

const seeds = (count: number) => Array.from({ length: count }, (_, i) => 1_000 + i);

describe('a consumer group under crashes, late commits, lost connections and two leaders', () => {
  it.each([1, 3])('EVE-1..4: %i lanes lose, repeat and disorder nothing', async (lanes) => {
    for (const seed of seeds(150)) {
      expect(await simulate(seed, lanes, null), `seed ${seed}`).toEqual([]);
    }
  });

  it.each<[Mutation, number, RegExp]>([
    ['read above the fence', 1, /lost/],
    ['cursor on the id alone', 1, /lost/],
    ['transaction id before the lock', 1, /lost|out of order/],
    ['no inbox', 3, /repeated/],
    ['cursor before effect', 1, /lost/],
    ['no term', 1, /lost|repeated|out of order/],
    ['followers do not wait', 1, /lost|out of order/],
    ['no re-check', 1, /lost/],
  ])('finds what goes wrong with "%s"', async (mutation, lanes, symptom) => {
    const found: string[] = [];
    for (const seed of seeds(600)) {
      found.push(...(await simulate(seed, lanes, mutation).catch((e: Error) => [e.message])));
      if (found.some((each) => symptom.test(each))) break;
    }
    expect(found.join('\n')).toMatch(symptom);
  });
});
