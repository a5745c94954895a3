import { describe, expect, it } from 'vitest';
import { type Change, ChangeLog, rankSuspects } from './change-log.ts';

const onset = new Date('2026-03-01T12:00:00Z');
const change = (minutesBefore: number, of: Partial<Change> = {}): Change => ({
  kind: 'policy-activated',
  at: new Date(onset.getTime() - minutesBefore * 60_000),
  what: `${minutesBefore} minutes before`,
  reaches: {},
  ...of,
});
const order = (changes: readonly Change[], causes: readonly Record<string, string>[] = []) =>
  rankSuspects(changes, { onset, causes }).map(({ change: { what } }) => what);

describe('suspects', () => {
  it('are ranked by how shortly before the failures they changed', () => {
    expect(order([change(60), change(1), change(10)])).toEqual([
      '1 minutes before',
      '10 minutes before',
      '60 minutes before',
    ]);
  });

  it('are never what changed after the failures, nor history', () => {
    expect(order([change(-1), change(24 * 60 + 1)])).toEqual([]);
    expect(order([change(24 * 60), change(-5 / 60)])).toHaveLength(2);
  });

  it('go first where they reach what fails, and last where they reach something else', () => {
    const causes = [{ component: 'inference', tier: '0' }];
    const same = change(8, { what: 'same', reaches: { component: 'inference' } });
    const possible = change(4, { what: 'possible', reaches: { client: 'x' } });
    const other = change(0, { what: 'other', reaches: { component: 'records' } });
    expect(order([other, possible, same], causes)).toEqual(['same', 'possible', 'other']);
    const [first] = rankSuspects([same], { onset, causes });
    expect(first).toMatchObject({ match: 'same', beforeMs: 8 * 60_000 });
  });
});

describe('a log of changes', () => {
  it('keeps the newest', () => {
    const log = new ChangeLog(2);
    for (const minutes of [3, 2, 1]) log.note(change(minutes));
    expect(log.list().map(({ what }) => what)).toEqual(['2 minutes before', '1 minutes before']);
  });
});
