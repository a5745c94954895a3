import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../fhir-reading.ts';
import { type QsofaInput, readQsofaInput, scoreQsofa } from './qsofa.ts';
import { carriesQsofaInput, qsofaInput } from './qsofa-fhir.ts';

const calm: QsofaInput = { age: 60, respiration: 16, systolic: 120, altered: false, absent: {} };

describe('qSOFA', () => {
  it.each([
    [{}, 0],
    [{ respiration: 21 }, 0],
    [{ respiration: 21.5 }, 1],
    [{ respiration: 22 }, 1],
    [{ systolic: 101 }, 0],
    [{ systolic: 100.4 }, 1],
    [{ systolic: 100 }, 1],
    [{ altered: true }, 1],
    [{ respiration: 22, systolic: 100 }, 2],
    [{ respiration: 30, systolic: 80, altered: true }, 3],
  ])('%j scores %i', (change, total) => {
    const output = scoreQsofa({ ...calm, ...change });
    expect(output).toMatchObject({ total, band: total >= 2 ? 'positive' : 'negative' });
  });

  it('with an input missing is a lower bound', () => {
    const output = scoreQsofa({ ...calm, respiration: 25, altered: null });
    expect(output).toMatchObject({ total: null, lowerBound: 1, flags: ['inputs-missing'] });
  });

  it.each([
    [17, false],
    [18, true],
  ])('at %i years applies: %s', (age, evaluable) => {
    expect(scoreQsofa({ ...calm, age, respiration: 30 }).evaluable).toBe(evaluable);
  });

  it('with the age unknown is a bound', () => {
    const output = scoreQsofa({ ...calm, age: null, respiration: 30, systolic: 90 });
    expect(output).toMatchObject({ total: null, lowerBound: 2, flags: ['age-unknown'] });
  });
});

describe('FHIR', () => {
  const AT = Date.parse('2026-11-24T12:00:00Z');
  const observation = (code: string, more: object, at = '11:50'): FhirResource => ({
    resourceType: 'Observation',
    id: `${code}-${at}`,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: `2026-11-24T${at}:00Z`,
    ...more,
  });
  const measured = (value: number, code: string) => ({
    valueQuantity: { value, code, system: 'http://unitsofmeasure.org' },
  });
  const patient: FhirResource = { resourceType: 'Patient', id: 'p1', birthDate: '1960-01-01' };

  it('reads rate, pressure and the newest Glasgow Coma Scale', () => {
    const { input, used } = qsofaInput(
      [
        patient,
        observation('9279-1', measured(24, '/min')),
        observation('8480-6', measured(95, 'mm[Hg]')),
        observation('9269-2', measured(15, '{score}'), '11:30'),
        observation('9269-2', { valueInteger: 13 }, '11:40'),
        observation('8310-5', measured(39, 'Cel')),
      ],
      AT,
    );
    expect(input).toEqual({ age: 66, respiration: 24, systolic: 95, altered: true, absent: {} });
    expect(used.map(({ id }) => id)).toEqual([
      'p1',
      '9279-1-11:50',
      '8480-6-11:50',
      '9269-2-11:40',
    ]);
  });

  it('says why a scale could not be read', () => {
    const { input } = qsofaInput([observation('9269-2', measured(13, 'mg'))], AT);
    expect(input).toMatchObject({ altered: null, absent: { mentation: 'unit-unknown' } });
  });

  it('is carried by what it reads alone', () => {
    expect(carriesQsofaInput(observation('9269-2', { valueInteger: 15 }))).toBe(true);
    expect(carriesQsofaInput(observation('8310-5', measured(37, 'Cel')))).toBe(false);
  });

  it('an input survives the way to another process', () => {
    expect(readQsofaInput(JSON.parse(JSON.stringify(calm)))).toEqual({ ok: true, value: calm });
  });
});
