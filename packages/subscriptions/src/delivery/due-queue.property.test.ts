import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from './due-queue.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const time = fc.integer({ min: 0, max: 20 });
const step = fc.oneof(
  fc.record({ do: fc.constantFrom('put', 'putEarlier'), key, time }),
  fc.record({ do: fc.constant('remove'), key, time }),
  fc.record({ do: fc.constant('take'), key, time }),
);

describe('DueQueue', () => {
  it('gives what a sorted list gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new DueQueue();
        const list = new Map<string, number>();
        for (const each of steps) {
          if (each.do === 'put') {
            queue.put(each.key, each.time);
            list.set(each.key, each.time);
          } else if (each.do === 'putEarlier') {
            queue.putEarlier(each.key, each.time);
            list.set(each.key, Math.min(list.get(each.key) ?? Infinity, each.time));
          } else if (each.do === 'remove') {
            queue.remove(each.key);
            list.delete(each.key);
          } else {
            const due = [...list.values()].filter((at) => at <= each.time);
            const taken = queue.take(each.time);
            if (due.length === 0) expect(taken).toBeNull();
            else expect(list.get(taken ?? '')).toBe(Math.min(...due));
            list.delete(taken ?? '');
          }
          expect(queue.size).toBe(list.size);
          expect(queue.nextMs()).toBe(list.size === 0 ? null : Math.min(...list.values()));
        }
      }),
      { numRuns: runs(200) },
    );
  });
});
