import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IndexedHeap } from './indexed-heap.ts';

it('gives members in order whatever was added, removed and re-keyed before', () => {
  const step = fc.record({
    verb: fc.constantFrom('push', 'remove', 'rekey', 'pop'),
    at: fc.nat(),
    key: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const heap = new IndexedHeap<{ key: number }>((a, b) => a.key < b.key);
      const model: { key: number }[] = [];
      for (const { verb, at, key } of steps) {
        const member = model[at % Math.max(1, model.length)];
        if (verb === 'push') {
          const fresh = { key };
          heap.push(fresh);
          model.push(fresh);
        } else if (verb === 'pop') {
          const popped = heap.pop();
          const least = model.length === 0 ? undefined : Math.min(...model.map((m) => m.key));
          expect(popped?.key).toBe(least);
          if (popped !== undefined) model.splice(model.indexOf(popped), 1);
        } else if (member !== undefined && verb === 'remove') {
          expect(heap.remove(member)).toBe(true);
          model.splice(model.indexOf(member), 1);
        } else if (member !== undefined) {
          member.key = key;
          heap.update(member);
        }
        expect(heap.size).toBe(model.length);
      }
      const rest = Array.from({ length: model.length }, () => heap.pop()?.key);
      expect(rest).toEqual(model.map((m) => m.key).toSorted((a, b) => a - b));
    }),
  );
});
