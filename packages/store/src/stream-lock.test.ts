import type { TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { STREAM_LOCKS_MAX } from './limits.ts';
import { bothLocks, covers, planLocks } from './stream-lock.ts';

const tenant = 1 as TenantId;
const names = (n: number, kind = 's') => Array.from({ length: n }, (_, i) => `${kind}${i}`);

describe('the locks of a write', () => {
  it('are in one order whatever the order of what is written, each once', () => {
    const [one, other] = [planLocks(tenant, ['b', 'a', 'b']), planLocks(tenant, ['a', 'b'])];
    expect(one).toEqual(other);
    expect(one.streams).toHaveLength(2);
    expect([...one.streams].sort((x, y) => (x < y ? -1 : 1))).toEqual(one.streams);
  });

  it('are others in another tenant, and others for a condition of the same name', () => {
    const [here] = planLocks(tenant, ['a']).streams;
    expect(planLocks(2 as TenantId, ['a']).streams).not.toContain(here);
    expect(planLocks(tenant, [], ['a']).conditions).not.toContain(here);
  });

  it('become one on the whole tenant beyond the limit, counted together', () => {
    expect(planLocks(tenant, names(STREAM_LOCKS_MAX)).alone).toBe(false);
    expect(planLocks(tenant, names(STREAM_LOCKS_MAX + 1)).alone).toBe(true);
    const half = STREAM_LOCKS_MAX / 2;
    const [streams, conditions] = [
      planLocks(tenant, names(half)),
      planLocks(tenant, [], names(half + 1)),
    ];
    expect(bothLocks(streams, conditions)).toEqual({ alone: true, conditions: [], streams: [] });
  });

  it('cover what they hold, and everything when alone', () => {
    const [small, large] = [planLocks(tenant, ['a']), planLocks(tenant, ['a', 'b'], ['c'])];
    const alone = planLocks(tenant, names(STREAM_LOCKS_MAX + 1));
    expect([covers(large, small), covers(small, large)]).toEqual([true, false]);
    expect([covers(alone, large), covers(large, alone)]).toEqual([true, false]);
  });
});
