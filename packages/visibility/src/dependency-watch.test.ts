import { fakeClock, seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { DependencyWatch } from './dependency-watch.ts';
import type { Occurrence, SignalKey } from './signal.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { patients, TENANT } from './testing/occurrences.ts';

function scene() {
  const clock = fakeClock();
  const timers = new ManualTimers();
  const reports: Occurrence[] = [];
  const resolved: SignalKey[] = [];
  const answers = { up: false, never: false };
  const watch = new DependencyWatch({
    dependency: 'postgres',
    cause: 'postgres-unavailable',
    tenants: [TENANT],
    signals: {
      report: (occurrence) => reports.push(occurrence),
      resolve: (key) => resolved.push(key),
    },
    ping: () => {
      if (answers.never) return new Promise(() => undefined);
      return answers.up ? Promise.resolve() : Promise.reject(new Error('away'));
    },
    clock,
    random: seededRandom(1),
    timers,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, timers, reports, resolved, answers, watch, settle };
}

describe('DependencyWatch', () => {
  it('VIS-5 arms no timer while the dependency is up', () => {
    const { timers, watch } = scene();
    watch.observeSuccess();
    expect(watch.state().state).toBe('up');
    expect(timers.armed).toBe(0);
  });

  it('opens a signal at the first failure and resolves it when a ping succeeds', async () => {
    const { answers, clock, reports, resolved, settle, timers, watch } = scene();
    clock.advance(5_000);
    watch.observeFailure();
    expect(reports).toMatchObject([{ cause: 'postgres-unavailable', tenant: TENANT }]);
    expect(watch.state()).toEqual({ state: 'down', since: clock.now(), failures: 1 });
    timers.fire();
    await settle();
    expect(timers.armed).toBe(1);
    answers.up = true;
    timers.fire();
    await settle();
    expect(resolved).toMatchObject([{ cause: 'postgres-unavailable', dependency: 'postgres' }]);
    expect(watch.state().state).toBe('up');
    expect(timers.armed).toBe(0);
  });

  it('VIS-5 has one timer however many requests fail, and a success ends the outage', () => {
    const { resolved, timers, watch } = scene();
    for (let i = 0; i < 50; i++) watch.observeFailure();
    expect(timers.armed).toBe(1);
    expect(watch.state().failures).toBe(50);
    watch.observeSuccess();
    expect(timers.armed).toBe(0);
    expect(resolved).toHaveLength(1);
  });

  it('VIS-5 a ping of an earlier outage arms no second timer', async () => {
    const { settle, timers, watch, clock } = scene();
    watch.observeFailure();
    timers.fire();
    watch.observeSuccess();
    clock.advance(1);
    watch.observeFailure();
    await settle();
    expect(timers.armed).toBe(1);
  });

  it('asks before it blames: requests that waited in vain are none of an answering dependency', async () => {
    const { answers, reports, settle, timers, watch } = scene();
    answers.up = true;
    watch.suspect({ tenant: TENANT, patient: null });
    watch.suspect({ tenant: TENANT, patient: null });
    await settle();
    expect(reports).toEqual([]);
    expect(timers.armed).toBe(0);
    expect(watch.state().state).toBe('up');
  });

  it('blames one that does not answer, for all that waited meanwhile', async () => {
    const { reports, settle, watch } = scene();
    const [one, other] = patients('p1', 'p2');
    watch.suspect({ tenant: TENANT, patient: one ?? null });
    watch.suspect({ tenant: TENANT, patient: other ?? null });
    await settle();
    expect(watch.state().state).toBe('down');
    expect(reports.flatMap(({ patients: named }) => named ?? [])).toEqual([one, other]);
    watch.suspect({ tenant: TENANT, patient: null, requestId: 'later' });
    expect(reports.at(-1)).toMatchObject({ requestId: 'later' });
  });

  it('blames one that neither answers nor refuses, once its time is over', () => {
    const { answers, reports, timers, watch } = scene();
    answers.never = true;
    watch.suspect({ tenant: TENANT, patient: null, requestId: 'first' });
    expect(reports).toEqual([]);
    timers.fire();
    expect(reports.at(-1)).toMatchObject({ requestId: 'first' });
    expect(watch.state().state).toBe('down');
  });

  it('collects the patients of requests that failed meanwhile', () => {
    const { reports, watch } = scene();
    const [patient] = patients('p1');
    if (patient === undefined) throw new Error('one was given');
    watch.reportFailedRequest({ tenant: TENANT, patient, requestId: 'r1' });
    watch.reportFailedRequest({ tenant: TENANT, patient: null });
    expect(reports.map((each) => each.patients)).toEqual([undefined, ['p1'], []]);
  });
});
