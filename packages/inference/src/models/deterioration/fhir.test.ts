import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../fhir-reading.ts';
import { DETERIORATION } from './deterioration.ts';
import { FEATURES, featuresOf } from './features.ts';
import { deteriorationInput } from './fhir.ts';

const AT = Date.parse('2026-03-01T12:00:00Z');

function observation(code: string, value: number, unit: string, hoursAgo: number): FhirResource {
  return {
    resourceType: 'Observation',
    id: `${code}-${hoursAgo}`,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: new Date(AT - hoursAgo * 3_600_000).toISOString(),
    valueQuantity: { value, system: 'http://unitsofmeasure.org', code: unit },
  };
}

const patient: FhirResource = { resourceType: 'Patient', id: 'p', birthDate: '1950-02-01' };
const round = [
  observation('9279-1', 22, '/min', 0),
  observation('59408-5', 93, '%', 0),
  observation('8480-6', 100, 'mm[Hg]', 0),
  observation('8867-4', 110, '/min', 0),
];
const context = { atMs: AT, saturationScale: 1 } as const;

function features(resources: readonly FhirResource[]): Record<string, number> {
  const vector = featuresOf(deteriorationInput(resources, context).input);
  return Object.fromEntries(FEATURES.map((name, i) => [name, vector[i] ?? Number.NaN]));
}

describe('the input of the deterioration model', () => {
  it('is the present round, and how it differs from the day before', () => {
    const before = [2, 6, 23].map((hours) => observation('8867-4', 80 + hours, '/min', hours));
    const read = features([patient, ...round, ...before]);
    expect(read['pulse']).toBe(110);
    expect(read['age']).toBe(76);
    expect(read['pulse-change']).toBeCloseTo(110 - (82 + 86 + 103) / 3, 4);
    expect(read['shock-index']).toBeCloseTo(1.1, 5);
    expect(read['temperature']).toBeNaN();
    expect(read['respiration-change']).toBeNaN();
  });

  it.each<[string, FhirResource, number]>([
    ['one day ago exactly', observation('2524-7', 2.5, 'mmol/L', 24), 2.5],
    ['before the day', observation('2524-7', 2.5, 'mmol/L', 24.01), Number.NaN],
    ['after the round', observation('2524-7', 2.5, 'mmol/L', -0.01), Number.NaN],
    ['in a unit nobody knows', observation('2524-7', 2.5, 'mg/dL', 1), Number.NaN],
    [
      'not released',
      { ...observation('2524-7', 2.5, 'mmol/L', 1), status: 'preliminary' },
      Number.NaN,
    ],
  ])('a lactate %s', (_, lactate, value) => {
    expect(features([...round, lactate])['lactate']).toBe(value);
  });

  it('takes the newest laboratory result and its own unit', () => {
    const read = features([
      ...round,
      observation('2160-0', 1.1, 'mg/dL', 9),
      observation('2160-0', 176.8, 'umol/L', 3),
    ]);
    expect(read['creatinine']).toBeCloseTo(2, 5);
  });

  it('names as used what it read, and nothing else', () => {
    const other = observation('29463-7', 80, 'kg', 0);
    const { used } = deteriorationInput([patient, ...round, other], context);
    expect(used.map(({ id }) => id)).not.toContain(other['id']);
    expect(used).toHaveLength(5);
  });
});

describe('whom the model applies to', () => {
  const flags = (resources: readonly FhirResource[]) =>
    DETERIORATION.describe(deteriorationInput(resources, context).input);

  it.each<[string, string, boolean]>([
    ['18 on the day', '2008-03-01', true],
    ['a day short of 18', '2008-03-02', false],
    ['19', '2007-01-01', true],
  ])('a patient who is %s', (_, birthDate, applies) => {
    expect(flags([{ ...patient, birthDate }, ...round]).applies).toBe(applies);
  });

  it('nobody whose age is unknown, or of whom fewer than four vital signs are', () => {
    expect(flags(round)).toMatchObject({ applies: false, flags: ['age-unknown'] });
    expect(flags([patient, ...round.slice(1)])).toMatchObject({
      ...{ applies: false, flags: ['too-few-vital-signs'] },
    });
  });

  it('takes no value that no measuring gives', () => {
    const impossible = observation('8867-4', 900, '/min', 0);
    expect(flags([patient, ...round.slice(0, 3), impossible]).applies).toBe(false);
  });
});
