import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../fhir-reading.ts';
import { scoreNews2 } from './news2.ts';
import { carriesNews2Input, news2Input } from './news2-fhir.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const UCUM = 'http://unitsofmeasure.org';

function quantity(value: number, code: string): object {
  return { valueQuantity: { value, system: UCUM, code } };
}

function vital(loinc: string, value: object, minutesAgo = 0): FhirResource {
  return {
    resourceType: 'Observation',
    id: `${loinc}-${minutesAgo}`,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
    effectiveDateTime: new Date(AT - minutesAgo * 60_000).toISOString(),
    ...value,
  };
}

const patient: FhirResource = { resourceType: 'Patient', id: 'p', birthDate: '1980-05-01' };
const level: FhirResource = {
  ...vital('', { valueCodeableConcept: { coding: [] } }),
  code: { coding: [{ system: 'http://snomed.info/sct', code: '1104441000000107' }] },
  valueCodeableConcept: {
    coding: [{ system: 'http://snomed.info/sct', code: '248234008' }],
  },
};
const bloodPressure = vital('85354-9', {
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
      ...quantity(110, 'mm[Hg]'),
    },
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] },
      ...quantity(70, 'mm[Hg]'),
    },
  ],
});
const complete = [
  patient,
  level,
  bloodPressure,
  vital('9279-1', quantity(21, '{breaths}/min')),
  vital('59408-5', quantity(95, '%')),
  vital('3151-8', quantity(0, 'L/min')),
  vital('8867-4', quantity(91, '/min')),
  vital('8310-5', quantity(100.6, '[degF]')),
];

const read = (resources: readonly FhirResource[]) =>
  news2Input(resources, { atMs: AT, saturationScale: 1 });

describe('NEWS2 inputs from FHIR', () => {
  it('reads every input by LOINC, from components too, and converts Fahrenheit', () => {
    const { input, used } = read(complete);
    expect(scoreNews2(input)).toMatchObject({ total: 6, band: 'medium' });
    expect(used).toHaveLength(complete.length);
  });

  it.each([
    [94.9, 34.9],
    [95.0, 35.0],
    [95.2, 35.1],
    [100.4, 38.0],
    [100.5, 38.1],
    [102.2, 39.0],
    [102.4, 39.1],
  ])('%d [degF] scores as %d Cel', (fahrenheit, celsius) => {
    const output = scoreNews2(read([vital('8310-5', quantity(fahrenheit, '[degF]'))]).input);
    expect(output.parts.find((part) => part.name === 'temperature')?.value).toBe(celsius);
  });

  it('takes the newest value of each', () => {
    const { input } = read([
      vital('8867-4', quantity(75, '/min'), 30),
      vital('8867-4', quantity(131, '/min'), 5),
    ]);
    expect(input.pulse).toBe(131);
  });

  it.each([
    ['no unit', { valueQuantity: { value: 37 } }, 'unit-unknown'],
    ['another unit', quantity(310, 'K'), 'unit-unknown'],
    ['a unit in words only', { valueQuantity: { value: 37, unit: 'Cel' } }, 'unit-unknown'],
    [
      'a bound instead of a value',
      { valueQuantity: { value: 35, comparator: '<', system: UCUM, code: 'Cel' } },
      'inexact',
    ],
    ['no number', { valueString: 'warm' }, 'not-a-number'],
  ])('does not evaluate a temperature with %s', (_name, value, reason) => {
    const { input } = read([vital('8310-5', value)]);
    expect(input.temperature).toBeNull();
    expect(input.absent.temperature).toBe(reason);
  });

  it('does not fall back to an older value where the newest cannot be read', () => {
    const { input } = read([
      vital('8310-5', quantity(37, 'Cel'), 30),
      vital('8310-5', { valueQuantity: { value: 39.5 } }, 1),
    ]);
    expect(input.temperature).toBeNull();
  });

  it.each([
    [20.9, false],
    [21, false],
    [24, true],
  ])('reads an inhaled oxygen concentration of %d percent as oxygen: %s', (percent, oxygen) => {
    expect(read([vital('3150-6', quantity(percent, '%'))]).input.oxygen).toBe(oxygen);
  });

  it.each([
    ['248234008', 'A'],
    ['130987000', 'C'],
    ['300202002', 'V'],
    ['450847001', 'P'],
    ['422768004', 'U'],
  ])('reads SNOMED CT %s as %s', (code, expected) => {
    const coded = { coding: [{ system: 'http://snomed.info/sct', code }] };
    expect(read([{ ...level, valueCodeableConcept: coded }]).input.consciousness).toBe(expected);
  });

  it('does not take a withdrawn, preliminary or foreign Observation', () => {
    const pulse = vital('8867-4', quantity(131, '/min'));
    expect(carriesNews2Input(pulse)).toBe(true);
    expect(carriesNews2Input({ ...pulse, status: 'entered-in-error' })).toBe(false);
    expect(carriesNews2Input({ ...pulse, status: 'preliminary' })).toBe(false);
    expect(carriesNews2Input(vital('2345-7', quantity(100, 'mg/dL')))).toBe(false);
  });
});
