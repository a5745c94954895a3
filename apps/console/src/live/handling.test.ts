import { describe, expect, it } from 'vitest';
import { handlingOf } from './handling.ts';

const event = {
  id: 'e1',
  at: '2026-03-02T15:00:00.000Z',
  type: 'Provenance.create',
  interaction: 'create',
} as const;
const EARLIER = { oldestUnprocessedAt: '2026-03-02T14:59:59.000Z' };
const SAME = { oldestUnprocessedAt: event.at };
const LATER = { oldestUnprocessedAt: '2026-03-02T15:00:00.001Z' };
const NOTHING = { oldestUnprocessedAt: null };

describe('the handling of an event', () => {
  it('is its time where a group has handled it', () => {
    const handled = handlingOf({ ...event, lagMs: 7 }, [EARLIER]);
    expect(handled).toEqual({ kind: 'handled', lagMs: 7 });
  });

  it.each([
    ['waits behind an earlier one', [NOTHING, EARLIER], 'waiting'],
    ['waits itself', [SAME], 'waiting'],
    ['is behind all groups', [NOTHING, LATER], 'unread'],
    ['has no group', [], 'unread'],
  ])('%s', (_, groups, kind) => {
    expect(handlingOf({ ...event, lagMs: null }, groups)).toEqual({ kind });
  });
});
