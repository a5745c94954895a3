import type { Overview } from '@holdfast/api-contract';
import { Overview as OverviewSchema } from '@holdfast/api-contract';
import { describe, expect, it } from 'vitest';
import { demoOverview, demoSignal } from '../testing/demo-overview.ts';
import { answersOf, currentRate } from './answers.ts';

const AT = Date.parse('2026-11-24T04:06:00.000Z');
const calm = demoOverview({ atMs: AT, startedAtMs: AT - 600_000, total: 5_000 });
const agoIso = (ms: number) => new Date(AT - ms).toISOString();

function answer(overview: Overview, id: string) {
  const found = answersOf(overview).find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no answer ${id}`);
  return found;
}

describe('the five answers', () => {
  it('come from a snapshot the contract accepts', () => {
    for (const signals of ['none', 'open'] as const) {
      const overview = demoOverview({ atMs: AT, startedAtMs: AT, total: 30, signals });
      expect(OverviewSchema.safeParse(overview).error).toBeUndefined();
    }
  });

  it('are good for a calm server, apart from a lane close to its target', () => {
    expect(answersOf(calm).map(({ id, standing }) => [id, standing])).toEqual([
      ['signals', 'good'],
      ['requests', 'good'],
      ['events', 'good'],
      ['inference', 'watch'],
      ['ledger', 'good'],
    ]);
  });

  it('do not add up patients of two signals as if they were different people', () => {
    const one = demoSignal(AT, 14);
    expect(answer({ ...calm, signals: [one] }, 'signals').headline).toBe('14 patients');
    const two = { ...calm, signals: [one, { ...one, id: 'other' }] };
    expect(answer(two, 'signals').headline).toBe('at most 28 patients');
  });

  it('count only open signals', () => {
    const resolved = { ...demoSignal(AT, 14), resolvedAt: agoIso(0) };
    expect(answer({ ...calm, signals: [resolved] }, 'signals').standing).toBe('good');
  });

  it('say that the database is down before anything else about requests', () => {
    const down = demoOverview({ atMs: AT, startedAtMs: AT, total: 1, database: 'down' });
    expect(answer(down, 'requests')).toMatchObject({ standing: 'bad', headline: 'Database down' });
    expect(answer(down, 'events').standing).toBe('unknown');
  });

  it('call a dead letter broken even where everyone has caught up', () => {
    const groups = calm.events.groups.map((group) => ({ ...group, lagEvents: 0, deadLetters: 1 }));
    const overview = { ...calm, events: { ...calm.events, groups } };
    expect(answer(overview, 'events').standing).toBe('bad');
  });

  it('name the tier that breaks its promise and by how much', () => {
    const tiers = calm.inference.tiers.map((lane) =>
      lane.tier === 1 ? { ...lane, oldestWaitMs: 8_000 } : lane,
    );
    const overview = { ...calm, inference: { ...calm.inference, tiers } };
    const { standing, headline } = answer(overview, 'inference');
    expect([standing, headline]).toEqual(['bad', 'Tier 1 late by 3.0 s']);
  });

  it.each([
    [5_000, 'good'],
    [11_000, 'watch'],
    [61_000, 'bad'],
  ])('records that wait %i ms for a checkpoint are %s', (ms, standing) => {
    const ledger = { ...calm.ledger, pendingSince: agoIso(ms) };
    expect(answer({ ...calm, ledger }, 'ledger').standing).toBe(standing);
  });

  it('average the rate over the last ten seconds only', () => {
    const perSecond = [
      ...Array.from({ length: 50 }, () => 900),
      ...Array.from({ length: 10 }, () => 3),
    ];
    expect(currentRate(perSecond)).toBe(3);
  });
});
