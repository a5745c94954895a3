import { runs, seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { defineConsumer } from './consumer.ts';
import { GroupRunner } from './group-runner.ts';
import { EVENT_LIMITS } from './limits.ts';
import { type EventFilter, matches, type RecordedEvent, streamKey } from './recorded-event.ts';
import { GroupRecord, SimulatedGroupStore } from './testing/simulated-group-store.ts';
import { type Mutation, SimulatedLog } from './testing/simulated-log.ts';
import { SimulatedWorld } from './testing/simulated-world.ts';
import type { Announced } from './wake-signal.ts';

const STREAMS = 4n;
const WRITES = 24;
const RETRY = { maxAttempts: 10, firstDelayMs: 1, maxDelayMs: 40 };
const HOUR_MS = 3_600_000;
/** Virtual time in which everything is done, whoever set a clock: pauses add up to some seconds. */
const DONE_WITHIN_MS = 600_000;

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
  // Some runs are quiet and some faults come late: a wake-up by accident would hide a missing one.
  const refusalRate = random.pick([0, 0.05, 0.15]);
  const faultRate = random.pick([0.005, 0.01, 0.03]);
  const failures = new Map<string, number>();
  const refuses = (event: RecordedEvent): boolean => {
    const left =
      failures.get(event.eventId) ?? (random.chance(refusalRate) ? 1 + random.below(3) : 0);
    failures.set(event.eventId, left - 1);
    return left > 0;
  };
  const handles = random.pick([{}, {}, { resourceTypes: ['Observation'] }]);
  const processes: Process[] = [];
  const parts = { world, log, record };
  const start = (): Process => {
    const store = new SimulatedGroupStore({
      ...parts,
      mutation,
      refuses,
      handles,
      maxDelayMs: RETRY.maxDelayMs,
    });
    const consumer = defineConsumer({
      group: 'simulated',
      handles,
      lanes,
      eventsPerTransaction: 1 + random.below(4),
      gatherMs: random.pick([0, 0, 5, 20]),
      effect: async () => undefined,
      retry: RETRY,
    });
    const { timers } = world;
    const runner = new GroupRunner<void>({ consumer, store, timers, random, trouble: () => {} });
    runner.begin();
    const started = { store, runner };
    processes.push(started);
    return started;
  };

  let current = start();
  const relay = simulatedRelay({ world, log }, (announced) => {
    // The relay's own process is told which event, the others that there is one.
    const named = mutation === 'no re-check' || random.chance(0.5) ? null : announced;
    for (const each of processes) each.runner.wake(named);
  });
  log.onPush = relay.push;
  for (let i = 0; i < WRITES; i++) {
    const stream = BigInt(random.below(Number(STREAMS))) + 1n;
    void steps(world, random.below(60)).then(() => log.write(stream, random.chance(0.15)));
  }
  let faultsLeft = 6;
  await world.run(() => {
    if (faultsLeft === 0 || !random.chance(faultRate)) return;
    faultsLeft -= 1;
    const before = current;
    const kind = random.below(5);
    if (kind === 0) {
      // kill -9: nothing of it runs on
      before.store.cut();
      void before.runner.suspend();
      current = start();
    } else if (kind === 1) {
      // the database restarts
      before.store.cut();
      void world.step().then(() => before.store.mend());
    } else if (kind === 2) {
      // a pause: the old process goes on believing that it leads while another one does
      before.store.stall(25);
      current = start();
      void steps(world, 80).then(() => before.runner.suspend());
    } else if (kind === 3) {
      // the relay dies before its acknowledgement, or its slot is gone
      void relay.fail(steps(world, random.below(120)), mutation !== 'no sweep after a lost relay');
    } else {
      world.setWallClock(random.chance(0.5) ? HOUR_MS : -HOUR_MS);
    }
  });
  if (world.nowMs > DONE_WITHIN_MS) return [`late: done after ${world.nowMs} ms`];
  return verdict(log, record, handles);
}

/**
 * Pushes while it is up; once it is up again, says so and pushes again what was not acknowledged. A
 * new slot stands only when every transaction that ran before has ended (PostgreSQL waits for them),
 * so that what it does not push can be read.
 */
function simulatedRelay(
  { world, log }: { world: SimulatedWorld; log: SimulatedLog },
  wakeAll: (announced: Announced | null) => void,
) {
  let down = 0;
  let last: Announced | null = null;
  return {
    push: (announced: Announced) => {
      if (down > 0) return;
      last = announced;
      wakeAll(announced);
    },
    fail: async (until: Promise<void>, sweeps: boolean) => {
      down += 1;
      await until;
      while (log.hasUnreadableCommits()) await world.step();
      down -= 1;
      if (down > 0) return;
      if (sweeps) wakeAll(null);
      if (last !== null && world.random.chance(0.5)) wakeAll(last);
    },
  };
}

async function steps(world: SimulatedWorld, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await world.step();
}

function verdict(log: SimulatedLog, record: GroupRecord, handles: EventFilter = {}): string[] {
  const found: string[] = [];
  for (const [stream, events] of log.history()) {
    const first = events[0];
    if (first === undefined) continue;
    const seen = record.effects.filter((event) => streamKey(event) === streamKey(first));
    const seqs = seen.map((event) => event.seq);
    if (new Set(seqs).size < seqs.length) found.push(`repeated in ${stream}: ${seqs.join()}`);
    for (const event of events.filter((each) => matches(handles, each))) {
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

describe('a consumer group under crashes, late commits, lost relays, set clocks and two leaders', () => {
  it.each([1, 3])('EVE-1..4: %i lanes lose, repeat and disorder nothing', async (lanes) => {
    for (const seed of seeds(runs(1_000))) {
      expect(await simulate(seed, lanes, null), `seed ${seed}`).toEqual([]);
    }
  });

  it.each<[Mutation, number, RegExp]>([
    ['read above the fence', 1, /lost/],
    ['cursor on the id alone', 1, /lost/],
    ['transaction id before the lock', 1, /lost|out of order/],
    ['no inbox', 3, /repeated/],
    ['effect apart from its note', 1, /repeated/],
    ['cursor before effect', 1, /lost/],
    ['no term', 1, /lost|repeated|out of order/],
    ['followers do not wait', 1, /lost|out of order/],
    ['no re-check', 1, /lost/],
    ['passes what the fence hides', 1, /lost/],
    ['sleeps over what is decoded early', 1, /lost/],
    ['no sweep at the start', 1, /lost/],
    ['no sweep after a lost relay', 1, /lost/],
    ['no retry timer', 1, /lost/],
    ['trusts the wall clock', 1, /late/],
  ])('finds what goes wrong with "%s"', async (mutation, lanes, symptom) => {
    const found: string[] = [];
    for (const seed of seeds(2_000)) {
      found.push(...(await simulate(seed, lanes, mutation).catch((e: Error) => [e.message])));
      if (found.some((each) => symptom.test(each))) break;
    }
    expect(found.join('\n')).toMatch(symptom);
  });
});

describe('a group that is slower than its writers', () => {
  it('EVE-12 holds one batch at a time, and catches up in order', async () => {
    const random = seededRandom(3);
    const world = new SimulatedWorld(random);
    const log = new SimulatedLog(world, null);
    const record = new GroupRecord();
    const refuses = () => false;
    const parts = {
      ...{ world, log, record, mutation: null, refuses, handles: {} },
      maxDelayMs: RETRY.maxDelayMs,
    };
    const store = new SimulatedGroupStore(parts);
    // Everything is written before the group begins: no lag is longer than that.
    for (let i = 0; i < 3 * EVENT_LIMITS.batchEvents; i++) {
      void log.write(BigInt(i % 40) + 1n, false);
    }
    await world.run(undefined, 1e6);
    const consumer = defineConsumer({ group: 'slow', handles: {}, effect: async () => undefined });
    const { timers } = world;
    const trouble = (error: unknown) => {
      throw error;
    };
    const runner = new GroupRunner<void>({ consumer, store, timers, random, trouble });
    runner.begin();
    await world.run(undefined, 1e6);
    expect(verdict(log, record)).toEqual([]);
    expect(record.effects).toHaveLength(3 * EVENT_LIMITS.batchEvents);
    expect(store.mostRows).toBe(EVENT_LIMITS.batchEvents);
  });
});

describe('how often a group reads while an event comes every millisecond, a hundred times', () => {
  async function readsOf(gatherMs: number, handles: EventFilter = {}) {
    const world = new SimulatedWorld(seededRandom(5));
    const log = new SimulatedLog(world, null);
    const record = new GroupRecord();
    const refuses = () => false;
    const parts = { world, log, record, mutation: null, refuses, handles };
    const store = new SimulatedGroupStore({ ...parts, maxDelayMs: RETRY.maxDelayMs });
    let reads = 0;
    const read = store.read.bind(store);
    store.read = (...asked) => {
      reads += 1;
      return read(...asked);
    };
    const consumer = defineConsumer({
      group: 'counted',
      handles,
      gatherMs,
      effect: async () => undefined,
    });
    const { timers } = world;
    const trouble = (error: unknown) => {
      throw error;
    };
    const runner = new GroupRunner<void>({
      consumer,
      store,
      timers,
      random: world.random,
      trouble,
    });
    log.onPush = (announced) => runner.wake(announced);
    runner.begin();
    for (let n = 1; n <= 100; n++) {
      timers.after(n, () => void log.write(BigInt(n % 7) + 1n, false));
    }
    await world.run(undefined, 1e6);
    expect(verdict(log, record, handles)).toEqual([]);
    return { reads, handled: record.effects.length, place: record.cursor };
  }

  it('about once a pause where it gathers, and each time at once where not', async () => {
    const [gathering, atOnce] = [await readsOf(20), await readsOf(0)];
    expect([gathering.handled, atOnce.handled]).toEqual([100, 100]);
    expect(gathering.reads).toBeLessThan(20);
    expect(atOnce.reads).toBeGreaterThan(80);
  });

  it('hardly ever where it handles nothing of the kind, and its place follows all the same', async () => {
    const [passing, atOnce] = [await readsOf(0, { resourceTypes: ['Patient'] }), await readsOf(0)];
    expect(passing.handled).toBe(0);
    expect(passing.reads).toBeLessThanOrEqual(4);
    expect(passing.place).toEqual(atOnce.place);
  });
});
