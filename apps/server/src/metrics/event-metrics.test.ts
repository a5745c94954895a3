import { readFileSync } from 'node:fs';
import type { GroupStatus, LogHealth } from '@holdfast/events';
import { describe, expect, it } from 'vitest';
import { METRIC_GROUPS_MAX } from '../limits.ts';
import { EVENT_METRIC_NAMES, exposeEvents } from './event-metrics.ts';

const group = (name: string): GroupStatus => ({
  group: name,
  handled: 90,
  cursor: { xid: 7n, id: 5n },
  lag: 12,
  lagIsAtLeast: false,
  oldestWaiting: new Date('2026-11-24T08:00:00Z'),
  lagSeconds: 60.5,
  cursorLagSeconds: 1.5,
  parkedStreams: 3,
  retrying: 2,
  deadLetters: 1,
  led: true,
});

const log: LogHealth = {
  events: 102,
  heldSince: new Date('2026-10-01T00:00:00Z'),
  outsideMonths: 0,
  slot: { name: 'holdfast_events_5', active: true, bytes: 4_096 },
  oldestSnapshotAge: 44,
  oldestSnapshotOf: 'somebody',
  fenceSeconds: 0.25,
};

/** Samples by their name with labels. */
const samplesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );

describe('metrics of the event log', () => {
  it('tell of each group and of the log', async () => {
    const { text, contentType } = await exposeEvents({ groups: [group('scores')], log });
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const of = (name: string) => `holdfast_events_group_${name}{group="scores"}`;
    expect(samplesOf(text)).toEqual({
      holdfast_database_up: 1,
      holdfast_events_groups: 1,
      [of('lag_events')]: 12,
      [of('lag_seconds')]: 1.5,
      [of('oldest_unprocessed_seconds')]: 60.5,
      [of('parked_streams')]: 3,
      [of('retrying_streams')]: 2,
      [of('dead_letters')]: 1,
      [of('handled_total')]: 90,
      [of('led')]: 1,
      holdfast_events_log_events: 102,
      holdfast_events_outside_months: 0,
      holdfast_events_slot_active: 1,
      holdfast_events_slot_bytes: 4_096,
      holdfast_events_fence_seconds: 0.25,
      holdfast_postgres_oldest_snapshot_transactions: 44,
    });
    expect(text).toContain('# TYPE holdfast_events_group_handled_total counter');
  });

  it('say nothing of what is not known', async () => {
    expect(samplesOf((await exposeEvents(null)).text)).toEqual({ holdfast_database_up: 0 });
    const without = samplesOf(
      (await exposeEvents({ groups: [], log: { ...log, slot: null } })).text,
    );
    expect(without).toMatchObject({ holdfast_events_slot_active: 0 });
    expect(without).not.toHaveProperty('holdfast_events_slot_bytes');
  });

  it('tell of no more groups than stated, and how many there are', async () => {
    const groups = Array.from({ length: METRIC_GROUPS_MAX + 1 }, (_, n) => group(`g${n}`));
    const { text } = await exposeEvents({ groups, log });
    expect(samplesOf(text)).toMatchObject({ holdfast_events_groups: METRIC_GROUPS_MAX + 1 });
    expect(text.match(/_led\{/g)).toHaveLength(METRIC_GROUPS_MAX);
  });

  it('are the ones that the documentation lists', () => {
    const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `(holdfast_\w+)`/gm)].map(([, name = '']) => name);
    expect(listed.toSorted()).toEqual(EVENT_METRIC_NAMES.toSorted());
  });
});
