import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextStep } from './next-step.ts';

const DAY_MS = 86_400_000;
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms));

it('CMP-1 nothing is due under a hold, without a rule, or before the newest record’s period is over', () => {
  fc.assert(
    fc.property(
      fc.record({
        now: instant,
        heldFor: fc.array(fc.constantFrom('Doe v. Clinic', 'Audit 7'), { maxLength: 2 }),
        newestRecord: fc.option(instant),
        minimumDays: fc.option(fc.nat(36_500)),
      }),
      (standing) => {
        const { now, heldFor, newestRecord, minimumDays } = standing;
        const next = nextStep(standing);
        expect(next.state === 'restricted').toBe(heldFor.length > 0);
        if (next.state !== 'due') return;
        expect(minimumDays).not.toBeNull();
        const kept = now.getTime() - (newestRecord ?? now).getTime();
        expect(kept).toBeGreaterThanOrEqual((minimumDays ?? 0) * DAY_MS);
      },
    ),
  );
});

it('CMP-1 is due at the very end of the period, and not a millisecond before', () => {
  const newestRecord = new Date('2020-03-01T00:00:00Z');
  const at = (ms: number) =>
    nextStep({
      now: new Date(newestRecord.getTime() + 10 * DAY_MS + ms),
      heldFor: [],
      newestRecord,
      minimumDays: 10,
    }).state;
  expect([at(-1), at(0)]).toEqual(['scheduled', 'due']);
});
