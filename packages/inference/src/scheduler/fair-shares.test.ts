import { describe, expect, it } from 'vitest';
import { Desk, job, limits, NONE, withTier } from './testing/desk.ts';

describe('work in chunks', () => {
  const long = job('long', 3, { costMs: 100, chunkMs: 20 });

  it('goes on at a boundary when nothing more urgent waits', () => {
    const desk = new Desk(limits());
    expect(desk.submit(long)).toEqual(['start long']);
    expect(desk.at(20).yielded('long', 80)).toEqual(['start long']);
    expect(desk.at(100).settle('long')).toEqual(['complete long']);
  });

  it('makes way at a boundary for what came meanwhile, with its progress kept', () => {
    const desk = new Desk(limits());
    desk.submit(long);
    desk.submit(job('t1', 1));
    expect(desk.at(20).yielded('long', 80)).toEqual(['start t1']);
    expect(desk.state.entries.get('long')?.leftMs).toBe(80);
    expect(desk.at(30).settle('t1')).toEqual(['complete t1', 'start long']);
  });

  it('is waited for rather than stopped when a boundary is near', () => {
    const near = limits({ reserve: NONE, preemptedShare: 0.5, boundaryWaitMs: 2 });
    const desk = new Desk(near);
    desk.submit(long);
    desk.submit(job('whole', 3, { costMs: 19 }));
    desk.at(18.5);
    expect(desk.submit(job('first', 0))).toEqual([]);
    expect(desk.submit(job('second', 0))).toEqual(['preempt whole']);
    expect(desk.at(20).yielded('long', 80)).toEqual(['start first']);
  });

  it('is dropped as soon as what is left can not be done in time', () => {
    const desk = new Desk(withTier(3, { degradedPerSecond: 0 }));
    desk.submit({ ...long, deadlineMs: 110 });
    expect(desk.at(40).yielded('long', 80)).toEqual(['refuse long deadline-unreachable']);
  });
});

describe('a floor', () => {
  it('gives background work its share of the slot time beside endless urgent work', () => {
    const desk = new Desk(withTier(3, { floorShare: 0.1 }));
    for (let i = 0; i < 200; i++) desk.submit(job(`t1-${i}`, 1));
    for (let i = 0; i < 50; i++) desk.submit(job(`t3-${i}`, 3));
    const started = desk.drain('t1-0').slice(0, 100);
    // A tenth of two slots on the one slot that lower tiers share here.
    const background = started.filter((id) => id.startsWith('t3')).length;
    expect(background).toBeGreaterThanOrEqual(18);
    expect(background).toBeLessThanOrEqual(22);
  });

  it('never comes before tier 0, and is suspended after tier 0 missed a deadline', () => {
    const desk = new Desk(withTier(3, { floorShare: 0.5 }));
    desk.submit(job('a', 1));
    desk.submit(job('critical', 0, { deadlineMs: 5 }));
    desk.submit(job('t3', 3));
    desk.submit(job('t1', 1));
    expect(desk.at(5).say({ kind: 'tick' })).toEqual(['fall-back critical deadline-while-running']);
    expect(desk.at(10).settle('a')).toEqual(['complete a', 'start t1']);
  });
});

describe('tenants pay', () => {
  it('for the time they used, not for what was predicted', () => {
    const desk = new Desk(limits());
    desk.submit(job('first', 2, { tenant: 9 }));
    for (let i = 0; i < 3; i++) desk.submit(job(`slow${i}`, 2, { deadlineMs: 500_000 }));
    for (let i = 0; i < 3; i++) desk.submit(job(`quick${i}`, 2, { tenant: 2 }));
    desk.settle('first');
    // Predicted 10, took 40: the other is served until it has used as much.
    expect(desk.at(40).settle('slow0')).toEqual(['complete slow0', 'start quick0']);
    expect(desk.at(50).settle('quick0')).toEqual(['complete quick0', 'start quick1']);
    expect(desk.at(60).settle('quick1')).toEqual(['complete quick1', 'start quick2']);
  });

  it('nothing for a run that was stopped for tier 0', () => {
    const desk = new Desk(limits({ slots: 1, reserve: NONE, preemptedShare: 0.5 }));
    desk.submit(job('mine0', 2, { deadlineMs: 500_000 }));
    desk.submit(job('mine1', 2, { deadlineMs: 500_000 }));
    desk.submit(job('other', 2, { tenant: 2 }));
    expect(desk.at(5).submit(job('critical', 0))).toEqual(['preempt mine0']);
    expect(desk.settle('mine0', 'preempted')).toEqual(['start critical']);
    expect(desk.at(15).settle('critical')).toEqual(['complete critical', 'start mine0']);
  });

  it('by their weight', () => {
    const desk = new Desk(limits({ tenantWeights: new Map([[1, 3]]) }));
    desk.submit(job('first', 2, { tenant: 9 }));
    for (let i = 0; i < 30; i++) desk.submit(job(`heavy${i}`, 2));
    for (let i = 0; i < 30; i++) desk.submit(job(`light${i}`, 2, { tenant: 2 }));
    const started = desk.drain('first').slice(0, 20);
    expect(started.filter((id) => id.startsWith('heavy'))).toHaveLength(15);
  });
});

describe('predicted finish', () => {
  /** One slot for the lower tiers, work of 100 ms, and a queue that has been served for a while. */
  function busy(): Desk {
    const desk = new Desk(withTier(2, { degradedPerSecond: 0 }));
    for (let i = 0; i < 20; i++) desk.submit(job(`q${i}`, 2, { costMs: 100 }));
    for (let i = 0; i < 5; i++) desk.at((i + 1) * 100).settle(`q${i}`);
    return desk;
  }

  it('refuses on arrival what the queue ahead would make late, and says when to come back', () => {
    const desk = busy();
    expect(desk.submit(job('late', 2, { deadlineMs: 1_500, costMs: 100 }))).toEqual([
      'refuse late deadline-unreachable',
    ]);
    expect(desk.submit(job('in-time', 2, { deadlineMs: 2_500, costMs: 100 }))).toEqual([]);
  });

  it('looks at the own backlog: a tenant that waits for nobody is let in', () => {
    const other = job('other', 2, { tenant: 2, deadlineMs: 1_500, costMs: 100 });
    expect(busy().submit(other)).toEqual([]);
  });

  it('never turns tier 0 away', () => {
    const desk = busy();
    for (let i = 0; i < 5; i++) desk.submit(job(`critical${i}`, 0, { costMs: 1_000 }));
    const said = desk.submit(job('late', 0, { deadlineMs: 600, costMs: 100 }));
    expect(said).toEqual([]);
  });
});

describe('the reserve', () => {
  it('grows with what tier 0 asks for, and shrinks again', () => {
    const elastic = limits({ slots: 4, reserve: { least: 1, most: 3, waitShare: 0.01 } });
    const lowerTiersAt = (desk: Desk): number => {
      for (let i = 0; i < 4; i++) desk.submit(job(`t2-${desk.now}-${i}`, 2));
      const { running } = desk.state;
      return [...running].filter((entry) => entry.job.tier === 2).length;
    };
    expect(lowerTiersAt(new Desk(elastic))).toBe(3);
    const desk = new Desk(elastic);
    for (let i = 0; i < 100; i++) {
      desk.at(i * 100).submit(job(`t0-${i}`, 0, { costMs: 50 }));
      desk.settle(`t0-${i}`);
    }
    expect(lowerTiersAt(desk)).toBe(1);
    desk.at(100_000).say({ kind: 'tick' });
    expect([...desk.state.running]).toHaveLength(3);
  });
});
