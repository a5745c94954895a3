import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../fhir-reading.ts';
import { readCriticalValuesInput, scoreCriticalValues } from './critical-values.ts';
import { callsForAttention, criticalValuesInput } from './critical-values-fhir.ts';
import { CRITICAL_VALUES } from './critical-values-table.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const adult: FhirResource = { resourceType: 'Patient', id: 'p1', birthDate: '1980-01-01' };

const result = (code: string, quantity: object, more: object = {}): FhirResource => ({
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  subject: { reference: 'Patient/p1' },
  code: { coding: [{ system: 'http://loinc.org', code }] },
  valueQuantity: { system: 'http://unitsofmeasure.org', ...quantity },
  ...more,
});

const score = (observation: FhirResource, patient: FhirResource | undefined = adult) =>
  scoreCriticalValues(criticalValuesInput(observation, { patient, atMs: AT }));

/** Each limit, its neighbours, and what they mean: 2 critical, 1 urgent, 0 neither. */
const VECTORS: readonly [string, string, readonly (readonly [number, number])[]][] = [
  [
    '2823-3',
    'mmol/L',
    [
      [2.4, 2],
      [2.5, 2],
      [2.51, 1],
      [2.99, 1],
      [3, 0],
      [5.99, 0],
      [6, 1],
      [6.49, 1],
      [6.5, 2],
      [6.6, 2],
    ],
  ],
  [
    '2951-2',
    'mmol/L',
    [
      [119, 2],
      [120, 2],
      [121, 1],
      [124, 1],
      [125, 0],
      [155, 0],
      [156, 1],
      [159, 1],
      [160, 2],
      [161, 2],
    ],
  ],
  [
    '2345-7',
    'mg/dL',
    [
      [39, 2],
      [40, 2],
      [41, 1],
      [50, 1],
      [51, 0],
      [400, 0],
      [401, 1],
      [499, 1],
      [500, 2],
      [501, 2],
    ],
  ],
  [
    '17861-6',
    'mg/dL',
    [
      [5.9, 2],
      [6, 2],
      [6.1, 1],
      [6.5, 1],
      [6.6, 0],
      [12.9, 0],
      [13, 1],
      [13.9, 1],
      [14, 2],
      [14.1, 2],
    ],
  ],
  [
    '2524-7',
    'mmol/L',
    [
      [0.5, 0],
      [1.9, 0],
      [2, 1],
      [3.9, 1],
      [4, 2],
      [4.1, 2],
    ],
  ],
  [
    '718-7',
    'g/dL',
    [
      [5.9, 2],
      [6, 2],
      [6.1, 1],
      [7, 1],
      [7.1, 0],
      [19.9, 0],
      [20, 1],
      [25, 1],
    ],
  ],
  [
    '777-3',
    '10*3/uL',
    [
      [19, 2],
      [20, 2],
      [21, 1],
      [50, 1],
      [51, 0],
      [999, 0],
      [1_000, 1],
      [1_001, 1],
    ],
  ],
  [
    '6690-2',
    '10*3/uL',
    [
      [0.9, 2],
      [1, 2],
      [1.1, 1],
      [2, 1],
      [2.1, 0],
      [29.9, 0],
      [30, 1],
      [50, 1],
    ],
  ],
  [
    '6301-6',
    '{INR}',
    [
      [1, 0],
      [5, 0],
      [5.1, 1],
      [5.9, 1],
      [6, 2],
      [6.1, 2],
    ],
  ],
  [
    '2744-1',
    '[pH]',
    [
      [7.09, 2],
      [7.1, 2],
      [7.11, 1],
      [7.2, 1],
      [7.21, 0],
      [7.59, 0],
      [7.6, 2],
      [7.61, 2],
    ],
  ],
  [
    '19123-9',
    'mg/dL',
    [
      [0.7, 2],
      [0.8, 2],
      [0.9, 1],
      [1, 1],
      [1.1, 0],
      [3.9, 0],
      [4, 1],
      [4.9, 1],
      [5, 2],
      [5.1, 2],
    ],
  ],
];

describe('the limits', () => {
  const each = VECTORS.flatMap(([code, unit, points]) =>
    points.map(([value, severity]) => ({ code, unit, value, severity })),
  );

  it.each(each)('$code of $value $unit is $severity', ({ code, unit, value, severity }) => {
    expect(score(result(code, { value, code: unit })).lowerBound).toBe(severity);
  });

  it('have a vector for every analyte that has limits', () => {
    const tested = VECTORS.map(([code]) => code);
    for (const row of CRITICAL_VALUES.rows) {
      if (row.byReferenceRange !== true) {
        expect(row.codes.some((code) => tested.includes(code))).toBe(true);
      }
    }
  });
});

describe('units', () => {
  it.each([
    ['14749-6', 2.2, 'mmol/L', 2],
    ['14749-6', 2.3, 'mmol/L', 1],
    ['14749-6', 5, 'mmol/L', 0],
    ['14749-6', 27.8, 'mmol/L', 2],
    ['718-7', 60, 'g/L', 2],
    ['718-7', 71, 'g/L', 0],
    ['2000-8', 3.5, 'mmol/L', 2],
    ['777-3', 20_000, '/uL', 2],
    ['2823-3', 6.5, 'meq/L', 2],
  ])('%s of %d %s is %i', (code, value, unit, severity) => {
    expect(score(result(code, { value, code: unit })).lowerBound).toBe(severity);
  });

  it('that are unknown are never a normal value: there is no total, and the flag says why', () => {
    const output = score(result('2823-3', { value: 4, code: 'mg/dL' }));
    expect(output).toMatchObject({ evaluable: false, total: null, flags: ['unit-unknown'] });
    expect(output.signals).toEqual([]);
    expect(callsForAttention(result('2823-3', { value: 4, code: 'mg/dL' }))).toBe(true);
  });
});

describe('a bound', () => {
  it.each([
    ['>', 6, 1],
    ['>=', 7, 2],
    ['>', 2.5, 0],
    ['<', 2.5, 2],
    ['<=', 6.5, 0],
  ])('potassium %s %d is %i: it speaks of one side only', (comparator, value, severity) => {
    const quantity = { value, code: 'mmol/L', comparator };
    expect(score(result('2823-3', quantity)).lowerBound).toBe(severity);
  });
});

describe('age', () => {
  const high = result('2823-3', { value: 6.8, code: 'mmol/L' });

  it.each([
    ['2008-11-24', true],
    ['2008-11-25', false],
    ['2026-11-20', false],
  ])('born %s: covered is %s', (birthDate, covered) => {
    const output = score(high, { resourceType: 'Patient', id: 'p1', birthDate });
    expect(output.evaluable).toBe(covered);
    if (!covered) expect(output.flags).toContain('age-not-covered');
  });

  it('that is not known takes the limits of adults, and says so', () => {
    expect(score(high, { resourceType: 'Patient', id: 'p1' })).toMatchObject({
      lowerBound: 2,
      flags: ['age-unknown'],
    });
  });
});

describe("the laboratory's own flag", () => {
  const flag = (code: string) => ({
    interpretation: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code },
        ],
      },
    ],
  });

  it.each(['LL', 'HH', 'AA'])('%s is critical whatever the value, code and age', (code) => {
    const newborn = { resourceType: 'Patient', id: 'p1', birthDate: '2026-11-23' };
    const calm = result('2823-3', { value: 4, code: 'mmol/L' }, flag(code));
    expect(score(calm)).toMatchObject({ lowerBound: 2, total: 2, band: 'critical' });
    expect(score(result('1-8', { value: 1, code: 'kg' }, flag(code)), newborn).lowerBound).toBe(2);
  });

  it.each(['H', 'L', 'N'])('%s lowers nothing', (code) => {
    const high = result('2823-3', { value: 6.8, code: 'mmol/L' }, flag(code));
    expect(score(high).lowerBound).toBe(2);
  });
});

describe('troponin', () => {
  const range = {
    referenceRange: [{ high: { value: 34, system: 'http://unitsofmeasure.org', code: 'ng/L' } }],
  };

  it.each([
    [34, 0],
    [35, 1],
    [5_000, 1],
  ])(
    'of %d ng/L beside its own range is %i: no limit of ours holds across assays',
    (value, severity) => {
      expect(score(result('89579-7', { value, code: 'ng/L' }, range)).lowerBound).toBe(severity);
    },
  );

  it('without a range of its own says nothing', () => {
    expect(score(result('89579-7', { value: 900, code: 'ng/L' })).lowerBound).toBe(0);
  });
});

describe('what calls for attention', () => {
  it('is beyond a limit, flagged or unreadable, and released', () => {
    expect(callsForAttention(result('2823-3', { value: 6, code: 'mmol/L' }))).toBe(true);
    expect(callsForAttention(result('2823-3', { value: 4, code: 'mmol/L' }))).toBe(false);
    expect(callsForAttention(result('29463-7', { value: 400, code: 'kg' }))).toBe(false);
    const withdrawn = result(
      '2823-3',
      { value: 7, code: 'mmol/L' },
      { status: 'entered-in-error' },
    );
    expect(callsForAttention(withdrawn)).toBe(false);
  });
});

it('an input survives the way to another process', () => {
  const input = criticalValuesInput(result('2823-3', { value: 7, code: 'mmol/L' }), {
    patient: adult,
    atMs: AT,
  });
  const read = readCriticalValuesInput(JSON.parse(JSON.stringify(input)));
  expect(read).toEqual({ ok: true, value: input });
  expect(readCriticalValuesInput({ readings: [{ code: '2823-3', bound: 'maybe' }] }).ok).toBe(
    false,
  );
});
