// Goal: KRN-2. Method: any instant of the next millennia, any random bytes.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uuidV7 } from './uuid-v7.ts';

const MS_MAX = 2 ** 48 - 1;
const at = (ms: number) => ({ now: () => new Date(ms), monotonicMs: () => 0 });
const drawing = (bytes: Uint8Array) => ({ bytes: () => Uint8Array.from(bytes) });
const instant = fc.integer({ min: 0, max: 8_640_000_000_000_000 }).map((ms) => ms % MS_MAX);
const draw = fc.uint8Array({ minLength: 16, maxLength: 16 });

it('KRN-2: has the version and variant of RFC 9562 and carries its instant', () => {
  fc.assert(
    fc.property(instant, draw, (ms, bytes) => {
      const uuid = uuidV7(at(ms), drawing(bytes));
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
    }),
  );
});

it('KRN-2: sorts by its instant, whatever was drawn', () => {
  fc.assert(
    fc.property(instant, instant, draw, draw, (a, b, drawA, drawB) => {
      fc.pre(a < b);
      expect(uuidV7(at(a), drawing(drawA)) < uuidV7(at(b), drawing(drawB))).toBe(true);
    }),
  );
});
