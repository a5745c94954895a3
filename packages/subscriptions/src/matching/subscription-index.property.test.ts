import { extractIndexEntries, type Resource } from '@holdfast/fhir';
import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubscription } from '../model/parse-subscription.ts';
import type { SubscriptionModel } from '../model/subscription.ts';
import type { Indexed } from './meets-criteria.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import { isTriggered, type ObservedChange } from './trigger.ts';

const context = {
  topics: new Map(),
  base: 'https://here.example/',
  endpoints: { trustedHosts: new Set<string>() },
};

function subscription(id: string, criteria: string): SubscriptionModel {
  const resource = {
    resourceType: 'Subscription',
    id,
    status: 'requested',
    criteria,
    channel: { type: 'rest-hook', endpoint: 'https://receiver.example/in' },
  } as unknown as Resource & { readonly id: string };
  const parsed = parseSubscription(resource, context);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function observation(id: string, patient: number, code: number): Indexed {
  const resource = {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: `c${code}` }] },
    subject: { reference: `Patient/p${patient}` },
  } as unknown as Resource & { readonly id: string };
  return { resource, entries: extractIndexEntries(resource), updatedMs: 0 };
}

const small = fc.integer({ min: 0, max: 3 });
const criteria = fc.oneof(
  small.map((n) => `Observation?patient=Patient/p${n}`),
  small.map((n) => `Observation?code=c${n}`),
  small.map((n) => `Observation?code=http://loinc.org|c${n},c${(n + 1) % 4}`),
  small.map((n) => `Observation?code:not=c${n}`),
  fc.tuple(small, small).map(([p, c]) => `Observation?patient=p${p}&code=c${c}`),
  small.map((n) => `Observation?_id=o${n}`),
  fc.constant('Observation?status=final'),
  fc.constant('Observation'),
  small.map((n) => `Condition?patient=p${n}`),
);

describe('SubscriptionIndex', () => {
  it('SUB-3 finds exactly the subscriptions that a look at all of them finds', () => {
    fc.assert(
      fc.property(
        fc.array(criteria, { maxLength: 12 }),
        fc.array(fc.nat({ max: 11 }), { maxLength: 4 }),
        fc.tuple(small, small, small),
        fc.option(fc.tuple(small, small), { nil: null }),
        (written, removed, [id, patient, code], before) => {
          const index = new SubscriptionIndex();
          const all = new Map(
            written.map((each, n) => [`1/s${n}`, subscription(`s${n}`, each)] as const),
          );
          for (const model of all.values()) index.put(1, model);
          for (const n of removed) {
            index.remove(`1/s${n}`);
            all.delete(`1/s${n}`);
          }
          const change: ObservedChange = {
            interaction: before === null ? 'create' : 'update',
            type: 'Observation',
            previous: before === null ? null : observation(`o${id}`, ...before),
            current: observation(`o${id}`, patient, code),
          };
          const due = [...all.values()].filter((each) => isTriggered(each, change));
          const found = index.matching(1, change).map((each) => each.id);
          expect(found.toSorted()).toEqual(due.map((each) => each.id).toSorted());
          expect(index.matching(2, change)).toEqual([]);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  const sizes = [1_000, 10_000, 100_000, ...(runs(1) > 1 ? [1_000_000] : [])];
  it.each(sizes)('SUB-3 looks at what a change concerns, with %i subscribed', (subscribed) => {
    const index = new SubscriptionIndex();
    for (let n = 0; n < subscribed; n++) {
      index.put(1, { ...subscription('s', `Observation?patient=p${n}`), id: `s${n}` });
    }
    const change: ObservedChange = {
      interaction: 'create',
      type: 'Observation',
      previous: null,
      current: observation('o', 77, 1),
    };
    expect(index.size).toBe(subscribed);
    expect([...index.candidates(1, change)].map((each) => each.id)).toEqual(['s77']);
    expect(index.concerns(1, 'Condition')).toBe(false);
    index.clear();
    expect(index.concerns(1, 'Observation')).toBe(false);
  });
});
