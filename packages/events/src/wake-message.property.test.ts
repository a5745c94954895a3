/**
 * Goal: what another process is told wakes exactly the groups that the relay's own process wakes, and as
 * far. Method: random pushes are coalesced, written and read; per kind the furthest position must arrive.
 * Whatever cannot be told or understood must sweep.
 */
import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCursors } from './cursor.ts';
import { type EventHead, matches } from './recorded-event.ts';
import { BARE_WAKE, CoalescedWakes, readWake, WAKE_BYTES_MAX } from './wake-message.ts';
import type { Announced } from './wake-signal.ts';

const head = (types: fc.Arbitrary<string>): fc.Arbitrary<EventHead> =>
  fc.record({
    tenant: fc.integer({ min: 1, max: 3 }) as fc.Arbitrary<EventHead['tenant']>,
    resourceType: types,
    interaction: fc.constantFrom('create', 'update', 'delete'),
    urgency: fc.constantFrom('now', 'routine', 'none'),
  });
const place = fc.bigInt({ min: 0n, max: 2n ** 63n });
const pushed = fc.array(
  fc.record({
    position: fc.record({ xid: place, id: place }),
    head: head(fc.constantFrom('Patient', 'Observation', 'MedicinalProductUndesirableEffect')),
  }),
  { minLength: 1, maxLength: 120 },
);

const told = (all: readonly Announced[]): string | null => {
  const wakes = new CoalescedWakes();
  for (const each of all) wakes.add(each);
  return wakes.take();
};
const furthest = (all: readonly Announced[]) =>
  all
    .map(({ position }) => position)
    .sort(compareCursors)
    .at(-1);

describe('a wake-up for other processes', () => {
  it('tells each kind with its furthest position, and nothing else', () => {
    fc.assert(
      fc.property(pushed, head(fc.constantFrom('Patient', 'Observation')), (all, wanted) => {
        const heard = readWake(told(all) ?? '')?.filter((each) => each !== null) ?? [];
        const filter = {
          tenants: [wanted.tenant],
          resourceTypes: [wanted.resourceType],
          urgencies: [wanted.urgency],
        };
        const ofKind = (list: readonly Announced[]) =>
          list.filter((each) => matches(filter, each.head));
        expect(furthest(ofKind(heard))).toEqual(furthest(ofKind(all)));
      }),
      { numRuns: runs(200) },
    );
  });

  it('sweeps where it would be too long, at the edge', () => {
    const push = (length: number): Announced => ({
      position: { xid: 1n, id: 1n },
      head: {
        tenant: 1 as EventHead['tenant'],
        resourceType: 'x'.repeat(length),
        interaction: 'create',
        urgency: 'now',
      },
    });
    const frame = (told([push(0)]) ?? '').length;
    const longest = told([push(WAKE_BYTES_MAX - frame)]);
    expect(longest).toHaveLength(WAKE_BYTES_MAX);
    expect(readWake(longest ?? '')).toEqual([push(WAKE_BYTES_MAX - frame)]);
    expect(told([push(WAKE_BYTES_MAX - frame + 1)])).toBe(BARE_WAKE);
    expect(readWake(BARE_WAKE)).toEqual([null]);
  });

  it('sweeps where it is not understood, and is no wake-up where it is none', () => {
    const wrong = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .json()
        .filter((json) => !/^"\d{1,20}"$/.test(json))
        .map((json) => `[[1,"Patient",0,0,"1",${json}]]`),
      fc.constantFrom(
        '[]',
        '[[1,"Patient",3,0,"1","1"]]',
        '[[1,"Patient",0,0,"-1","1"]]',
        '[null]',
      ),
    );
    fc.assert(
      fc.property(wrong, (text) => {
        expect(readWake(`wake ${text}`)).toEqual([null]);
      }),
      { numRuns: runs(200) },
    );
    for (const other of ['join', 'live', 'down', '', 'wakes']) expect(readWake(other)).toBeNull();
  });

  it('is told once', () => {
    const wakes = new CoalescedWakes();
    expect(wakes.take()).toBeNull();
    wakes.add({
      position: { xid: 1n, id: 1n },
      head: fc.sample(head(fc.constant('Patient')), 1)[0] as EventHead,
    });
    expect(wakes.take()).not.toBeNull();
    expect(wakes.take()).toBeNull();
  });
});
