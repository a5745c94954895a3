import { describe, expect, it } from 'vitest';
import { nextWakeMs, schedulerState } from './scheduler-state.ts';
import { Desk, job, limits, NONE, withTier } from './testing/desk.ts';

describe('slots', () => {
  it('keeps one free of lower tiers, so that tier 0 starts at once', () => {
    const desk = new Desk(limits());
    expect(desk.submit(job('a', 1))).toEqual(['start a']);
    expect(desk.submit(job('b', 1))).toEqual([]);
    expect(desk.submit(job('c', 0))).toEqual(['start c']);
  });

  it('lets tier 0 use every slot', () => {
    const desk = new Desk(limits());
    expect(desk.submit(job('a', 0))).toEqual(['start a']);
    expect(desk.submit(job('b', 0))).toEqual(['start b']);
    expect(desk.submit(job('c', 0))).toEqual([]);
  });

  it('refuses a reserve that leaves nothing to the other tiers', () => {
    expect(() => schedulerState(limits({ slots: 1 }), 0)).toThrow('INF-4');
  });
});

describe('order', () => {
  it('is strict by tier, earliest deadline first inside one, then by arrival', () => {
    const desk = new Desk(limits());
    desk.submit(job('first', 1));
    desk.submit(job('t3', 3));
    desk.submit(job('t2', 2));
    desk.submit(job('t1-late', 1, { deadlineMs: 900 }));
    desk.submit(job('t1-soon', 1, { deadlineMs: 500 }));
    desk.submit(job('t1-soon-too', 1, { deadlineMs: 500 }));
    expect(desk.drain('first')).toEqual(['t1-soon', 't1-soon-too', 't1-late', 't2', 't3']);
  });

  it('shares a tier between tenants by cost, not by number of jobs', () => {
    const desk = new Desk(limits());
    desk.submit(job('first', 2, { tenant: 9 }));
    for (let i = 0; i < 4; i++) desk.submit(job(`flood${i}`, 2, { costMs: 30, deadlineMs: 500 }));
    for (let i = 0; i < 3; i++) desk.submit(job(`other${i}`, 2, { tenant: 2, costMs: 15 }));
    expect(desk.drain('first')).toEqual([
      'flood0',
      'other0',
      'other1',
      'flood1',
      'other2',
      'flood2',
      'flood3',
    ]);
  });
});

describe('a tenant that was idle', () => {
  it('has saved up no credit against those that were served meanwhile', () => {
    const desk = new Desk(limits());
    desk.submit(job('early', 2, { tenant: 2 }));
    for (let i = 0; i < 6; i++) desk.submit(job(`busy${i}`, 2, { deadlineMs: 500 }));
    desk.settle('early');
    for (let i = 0; i < 3; i++) desk.settle(`busy${i}`);
    for (let i = 0; i < 3; i++) desk.submit(job(`back${i}`, 2, { tenant: 2 }));
    expect(desk.drain('busy3')).toEqual(['back0', 'busy4', 'back1', 'busy5', 'back2']);
  });
});

describe('wait caps', () => {
  it('promote one tier at half the cap and to the front at all of it', () => {
    const desk = new Desk(withTier(3, { waitCapMs: 100 }));
    desk.submit(job('first', 1));
    desk.submit(job('old', 3, { deadlineMs: 800 }));
    desk.submit(job('t2', 2, { deadlineMs: 900 }));
    expect(nextWakeMs(desk.state)).toBe(50);
    desk.at(50).say({ kind: 'tick' });
    expect(nextWakeMs(desk.state)).toBe(100);
    desk.at(60).submit(job('t1', 1));
    desk.at(100).say({ kind: 'tick' });
    expect(desk.drain('first')).toEqual(['old', 't1', 't2']);
  });

  it('at half the cap do not outrank a more urgent tier', () => {
    const desk = new Desk(withTier(3, { waitCapMs: 100 }));
    desk.submit(job('first', 1));
    desk.submit(job('old', 3, { deadlineMs: 800 }));
    desk.submit(job('t2', 2, { deadlineMs: 900 }));
    desk.submit(job('t1', 1));
    desk.at(50).say({ kind: 'tick' });
    expect(desk.drain('first')).toEqual(['t1', 'old', 't2']);
  });

  it('never promote above live tier 0, nor into its reserved slot', () => {
    const desk = new Desk(withTier(3, { waitCapMs: 100 }));
    desk.submit(job('a', 0));
    desk.submit(job('b', 1));
    desk.submit(job('old', 3));
    desk.at(100).submit(job('critical', 0));
    expect(desk.settle('a')).toEqual(['complete a', 'start critical']);
    expect(desk.settle('critical')).toEqual(['complete critical']);
    expect(desk.settle('b')).toEqual(['complete b', 'start old']);
  });
});

describe('bounded queues', () => {
  const full = { waiting: 1, waitingPerTenant: 1 };

  it('answer tier 0 from the deterministic rung instead of refusing it', () => {
    const desk = new Desk(withTier(0, full));
    for (const id of ['a', 'b', 'c']) desk.submit(job(id, 0));
    expect(desk.submit(job('d', 0))).toEqual(['fall-back d queue-full']);
  });

  it('degrade within the budget of the second, then refuse', () => {
    const desk = new Desk(withTier(1, { ...full, degradedPerSecond: 1 }));
    for (const id of ['a', 'b']) desk.submit(job(id, 1));
    expect(desk.submit(job('c', 1))).toEqual(['fall-back c queue-full']);
    expect(desk.submit(job('d', 1))).toEqual(['refuse d queue-full']);
    expect(desk.at(1_000).submit(job('e', 1))).toEqual(['fall-back e queue-full']);
  });

  it('bound one tenant without touching another', () => {
    const desk = new Desk(withTier(2, { waitingPerTenant: 1, degradedPerSecond: 0 }));
    for (const id of ['a', 'b']) desk.submit(job(id, 2));
    expect(desk.submit(job('c', 2))).toEqual(['refuse c queue-full']);
    expect(desk.submit(job('d', 2, { tenant: 2 }))).toEqual([]);
  });
});

describe('deadlines', () => {
  it('passed while waiting, fall back', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1));
    desk.submit(job('b', 1, { deadlineMs: 50 }));
    expect(nextWakeMs(desk.state)).toBe(50);
    expect(desk.at(50).say({ kind: 'tick' })).toEqual(['fall-back b deadline-while-waiting']);
    expect(desk.settle('a')).toEqual(['complete a']);
  });

  it('passed while running, fall back, and the slot frees only when the back end lets go', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1, { deadlineMs: 50 }));
    desk.submit(job('b', 1));
    expect(desk.at(50).say({ kind: 'tick' })).toEqual(['fall-back a deadline-while-running']);
    expect(desk.settle('a')).toEqual(['start b']);
  });

  it('met exactly, count as met', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1, { deadlineMs: 50 }));
    expect(desk.at(50).settle('a')).toEqual(['complete a']);
  });

  it('that can no longer be met do not cost a slot, except for tier 0', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1));
    desk.submit(job('b', 1, { deadlineMs: 50, costMs: 20 }));
    expect(desk.at(40).settle('a')).toEqual(['complete a', 'fall-back b deadline-unreachable']);
    expect(desk.submit(job('c', 0, { deadlineMs: 50, costMs: 20 }))).toEqual(['start c']);
  });
});

describe('failure and cancellation', () => {
  it('a failed run falls back', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1));
    expect(desk.settle('a', 'failed')).toEqual(['fall-back a failed']);
  });

  it('a cancelled job that waits leaves at once; one that runs is dropped and its result too', () => {
    const desk = new Desk(limits());
    desk.submit(job('a', 1));
    desk.submit(job('b', 1));
    desk.submit(job('c', 1));
    expect(desk.say({ kind: 'cancelled', id: 'b' })).toEqual(['drop b']);
    expect(desk.say({ kind: 'cancelled', id: 'a' })).toEqual(['drop a']);
    expect(desk.settle('a')).toEqual(['start c']);
    expect(desk.say({ kind: 'cancelled', id: 'unknown' })).toEqual([]);
  });

  it('nothing is kept of finished work', () => {
    const desk = new Desk(limits());
    for (const id of ['a', 'b', 'c']) desk.submit(job(id, 3, { deadlineMs: 86_400_000 }));
    desk.drain('a');
    expect(desk.state.entries.size + desk.state.alarms.size + desk.state.running.size).toBe(0);
    expect(nextWakeMs(desk.state)).toBeNull();
  });
});

describe('preemption', () => {
  const preemptible = limits({ reserve: NONE, preemptedShare: 0.1 });

  it('stops the least urgent run for tier 0 and runs it again', () => {
    const desk = new Desk(preemptible);
    desk.submit(job('t1', 1));
    desk.submit(job('t3', 3));
    expect(desk.at(10).submit(job('t0', 0))).toEqual(['preempt t3']);
    expect(desk.settle('t3', 'preempted')).toEqual(['start t0']);
    expect(desk.settle('t0')).toEqual(['complete t0', 'start t3']);
  });

  it('asks for one slot per waiting job, once', () => {
    const desk = new Desk(preemptible);
    desk.submit(job('a', 3));
    desk.submit(job('b', 3));
    expect(desk.submit(job('t0', 0))).toHaveLength(1);
    expect(desk.say({ kind: 'tick' })).toEqual([]);
    expect(desk.submit(job('t0-too', 0))).toHaveLength(1);
    expect(desk.submit(job('t0-three', 0))).toEqual([]);
  });

  it('spends no more than its budget', () => {
    const desk = new Desk({ ...preemptible, preemptedBurstSeconds: 0.1 });
    desk.submit(job('a', 3));
    desk.submit(job('b', 3));
    expect(desk.at(21).submit(job('t0', 0))).toEqual([]);
  });

  it('has less left after each use, and earns it back', () => {
    const desk = new Desk({ ...preemptible, preemptedBurstSeconds: 0.1 });
    desk.submit(job('a', 3));
    desk.submit(job('b', 3));
    expect(desk.at(15).submit(job('t0', 0))).toHaveLength(1);
    expect(desk.submit(job('t0-too', 0))).toEqual([]);
    expect(desk.at(200).say({ kind: 'tick' })).toEqual([]);
    const earned = new Desk({ ...preemptible, preemptedBurstSeconds: 1 });
    earned.submit(job('a', 3));
    earned.submit(job('b', 3));
    expect(earned.at(150).submit(job('t0', 0))).toHaveLength(1);
  });

  it('is off unless the back end can stop work', () => {
    const desk = new Desk(limits({ reserve: NONE }));
    desk.submit(job('a', 3));
    desk.submit(job('b', 3));
    expect(desk.submit(job('t0', 0))).toEqual([]);
  });
});
