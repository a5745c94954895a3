import { API_CATALOGUE } from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { STREAM_ROWS_MAX } from '../limits.ts';
import { demoOverview, demoSignal } from '../testing/demo-overview.ts';
import { heldBack, INITIAL, type LiveAction, type LiveState, reduceLive } from './live-state.ts';

const AT = Date.parse('2026-11-24T04:06:00.000Z');
const overviewAt = (seconds: number, total: number): LiveAction => ({
  type: 'overview',
  overview: demoOverview({ atMs: AT + seconds * 1_000, startedAtMs: AT, total }),
});
const run = (...actions: LiveAction[]): LiveState => actions.reduce(reduceLive, INITIAL);
const fault = new Fault('API_UNREACHABLE', API_CATALOGUE.API_UNREACHABLE);
const LOST: LiveAction = { type: 'lost', at: '2026-11-24T04:06:05.000Z', fault };

describe('the live page', () => {
  it('adds only rows it has not seen', () => {
    const { newest } = run(overviewAt(0, 100), overviewAt(1, 103));
    expect(newest?.rows).toHaveLength(53);
    expect(new Set(newest?.rows.map((row) => JSON.stringify(row))).size).toBe(53);
    expect(newest?.missed).toBe(0);
  });

  it('marks exactly how many events passed unseen between two snapshots', () => {
    const { newest } = run(overviewAt(0, 100), overviewAt(1, 187));
    expect(newest?.missed).toBe(37);
    expect(newest?.rows[50]).toMatchObject({ kind: 'gap', missed: 37 });
  });

  it('takes no outage for a gap: a snapshot without the database knows no events', () => {
    const before = demoOverview({ atMs: AT, startedAtMs: AT, total: 1_000 });
    const push = { mode: 'logical', reason: null } as const;
    const events = { total: 0, lastEventAt: null, push, groups: [], recent: [] };
    const away: LiveAction = { type: 'overview', overview: { ...before, events } };
    const state = run({ type: 'overview', overview: before }, away, overviewAt(9, 1_004));
    expect(state.newest).toMatchObject({ total: 1_004, missed: 0 });
    expect(state.newest?.rows).toHaveLength(54);
  });

  it('does not read a jump of the total as a gap while the rows overlap', () => {
    const { newest } = run(overviewAt(0, 100), overviewAt(1, 103));
    const first = demoOverview({ atMs: AT, startedAtMs: AT, total: 103 });
    const jumped = { ...first, events: { ...first.events, total: 900 } };
    expect(newest?.missed).toBe(0);
    expect(run(overviewAt(0, 100), { type: 'overview', overview: jumped }).newest?.missed).toBe(0);
  });

  it('keeps a bounded number of rows and counts those that left', () => {
    const steps = Array.from({ length: 9 }, (_, i) => overviewAt(i, 50 + i * 50));
    const { newest } = run(...steps);
    expect(newest?.rows).toHaveLength(STREAM_ROWS_MAX);
    expect(newest?.dropped).toBe(450 - STREAM_ROWS_MAX);
  });

  it('learns an event’s lag from a later snapshot', () => {
    const first = demoOverview({ atMs: AT, startedAtMs: AT, total: 1 });
    const blank = first.events.recent.map((event) => ({ ...event, lagMs: null }));
    const known = blank.map((event) => ({ ...event, lagMs: 7 }));
    const before = { ...first, events: { ...first.events, recent: blank } };
    const after = { ...first, events: { ...first.events, recent: known } };
    const { newest } = run(
      { type: 'overview', overview: before },
      { type: 'overview', overview: after },
    );
    expect(newest?.rows).toMatchObject([{ event: { lagMs: 7 } }]);
  });

  it('holds the picture while paused and counts what waits behind it', () => {
    const paused = run(overviewAt(0, 100), { type: 'toggle-pause' }, overviewAt(1, 112));
    expect(paused.held?.overview.events.total).toBe(100);
    expect(heldBack(paused)).toBe(12);
    const resumed = reduceLive(paused, { type: 'toggle-pause' });
    expect(resumed.held).toBeUndefined();
    expect(resumed.newest?.rows).toHaveLength(62);
  });

  it('remembers since when it is cut off, over all attempts', () => {
    const state = run(overviewAt(0, 1), LOST, { ...LOST, at: '2026-11-24T04:06:09.000Z' });
    expect(state.connection).toMatchObject({
      state: 'reconnecting',
      since: '2026-11-24T04:06:05.000Z',
      attempts: 2,
    });
    expect(reduceLive(state, { type: 'opened' })).toMatchObject({
      connection: { state: 'live' },
      announcement: 'Connected again.',
    });
  });

  it('announces new events together, and not before fifteen seconds', () => {
    const early = run(overviewAt(0, 100), overviewAt(5, 110));
    expect(early.announcement).toBe('');
    expect(reduceLive(early, overviewAt(15, 142)).announcement).toBe('42 new events.');
  });

  it('shows a signal at once, and replaces it when it changes', () => {
    const signal = demoSignal(AT, 3);
    const opened = run(overviewAt(0, 1), { type: 'signal', change: { change: 'opened', signal } });
    expect(opened.newest?.overview.signals).toEqual([signal]);
    expect(opened.announcement).toContain('New critical signal');
    const grown = { ...signal, patients: { ...signal.patients, count: 4 } };
    const updated = reduceLive(opened, {
      type: 'signal',
      change: { change: 'updated', signal: grown },
    });
    expect(updated.newest?.overview.signals).toEqual([grown]);
  });
});
