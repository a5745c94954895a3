import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../fhir-reading.ts';
import { defaultTierPolicy } from './default-tier-policy.ts';
import { contextReferences, contextSignals } from './order-context.ts';
import { assignTier } from './tier-policy.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const order = (priority: string | undefined, status = 'active'): FhirResource => ({
  resourceType: 'ServiceRequest',
  id: 'sr1',
  meta: { versionId: '2' },
  status,
  ...(priority === undefined ? {} : { priority }),
});
const visit = (code: string): FhirResource => ({
  resourceType: 'Encounter',
  id: 'e1',
  class: { system: ACT_CODE, code },
});
const tierOf = (...context: FhirResource[]) =>
  assignTier(defaultTierPolicy, contextSignals(context), null).tier;

describe('the order behind a result', () => {
  it.each([
    ['stat', 0],
    ['asap', 1],
    ['urgent', 1],
    ['routine', 2],
    ['whenever', 2],
    [undefined, 2],
  ])('of priority %s means tier %i', (priority, tier) => {
    expect(tierOf(order(priority))).toBe(tier);
  });

  it('that is done still tells; one that was withdrawn does not', () => {
    expect(tierOf(order('stat', 'completed'))).toBe(0);
    expect(tierOf(order('stat', 'revoked'))).toBe(2);
    expect(tierOf(order('stat', 'entered-in-error'))).toBe(2);
  });

  it('is named in its version', () => {
    expect(contextSignals([order('stat')])).toEqual([
      { id: 'order-priority', value: 4, source: 'ServiceRequest/sr1/_history/2' },
    ]);
  });
});

describe('the visit', () => {
  it.each([
    ['EMER', 1],
    ['IMP', 2],
    ['AMB', 2],
  ])('of class %s means tier %i', (code, tier) => {
    expect(tierOf(visit(code))).toBe(tier);
  });

  it('may be of R5, with a list of concepts', () => {
    const coding = [{ system: ACT_CODE, code: 'EMER' }];
    expect(tierOf({ ...visit('IMP'), class: [{ coding: [] }, { coding }] })).toBe(1);
  });
});

it('what a resource belongs to is read from its references, of the right type alone', () => {
  expect(
    contextReferences({
      resourceType: 'Observation',
      encounter: { reference: 'Encounter/e1' },
      basedOn: [
        { reference: 'ServiceRequest/sr1/_history/3' },
        { reference: 'http://example.org/fhir/ServiceRequest/sr2' },
        { reference: 'CarePlan/c1' },
        { display: 'by telephone' },
      ],
    }),
  ).toEqual({ Encounter: ['e1'], ServiceRequest: ['sr1', 'sr2'] });
});
