import { type Criterion, extractIndexEntries, type Resource } from '@holdfast/fhir';
import { describe, expect, it } from 'vitest';
import { criteriaOf } from '../model/parse-topic.ts';
import { meetsCriteria } from './meets-criteria.ts';

const pressure = {
  resourceType: 'Observation',
  id: 'bp',
  status: 'final',
  category: [{ coding: [{ system: 'http://c', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }], text: 'Blood pressure' },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-03-04',
  valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
} as unknown as Resource & { readonly id: string };

const asIndexed = {
  resource: pressure,
  entries: extractIndexEntries(pressure),
  updatedMs: Date.parse('2026-03-05T10:00:00Z'),
};

const met = (query: string): boolean => {
  const criteria = criteriaOf('Observation', query, 'https://here.example/fhir/R4/');
  if (!criteria.ok) throw new Error(criteria.error);
  return meetsCriteria(asIndexed, criteria.value);
};

describe('criteria on one resource', () => {
  it.each([
    'code=85354-9',
    'code=http://loinc.org|85354-9',
    'code=1,85354-9',
    'code:not=1',
    'category=vital-signs&code=85354-9',
    'subject=Patient/p1',
    'patient=p1',
    'patient=https://here.example/fhir/R4/Patient/p1',
    'date=2026',
    'date=ge2026-03-04',
    'value-quantity=120',
    'value-quantity=gt100|http://unitsofmeasure.org|mm[Hg]',
    '_id=bp',
    '_lastUpdated=gt2026-03-04',
    'method:missing=true',
    '',
  ])('are met by: %s', (query) => {
    expect(met(query)).toBe(true);
  });

  it.each([
    'code=85354',
    'code=http://snomed.info/sct|85354-9',
    'code:not=85354-9',
    'category=laboratory&code=85354-9',
    'subject=Group/p1',
    'patient=p2',
    'date=lt2026-03-04',
    'value-quantity=121',
    'value-quantity=120||kPa',
    '_id=other',
    '_lastUpdated=lt2026-03-05',
    'code:missing=true',
  ])('are not met by: %s', (query) => {
    expect(met(query)).toBe(false);
  });

  it.each(['subject:Patient.name=x', '_has:Provenance:target:agent=x', 'code:below=http://a|b'])(
    'are refused where they need more than the resource: %s',
    (query) => {
      expect(criteriaOf('Observation', query).ok).toBe(false);
    },
  );

  it('hold the parts of a composite together', () => {
    const composite = (value: number, prefix: 'gt' | 'lt'): Criterion => ({
      kind: 'composite',
      param: 'code-value-quantity',
      values: [
        {
          parts: [
            { kind: 'token', value: { code: '85354-9' } },
            { kind: 'quantity', value: { prefix, value, low: value, high: value } },
          ],
        },
      ],
    });
    const row = {
      param: 'code-value-quantity',
      parts: [
        { kind: 'token', system: 'http://loinc.org', code: '85354-9' },
        { kind: 'quantity', system: null, code: 'mmHg', low: 120, high: 120 },
      ],
    } as const;
    const entries = { ...asIndexed.entries, composites: [row] };
    expect(meetsCriteria({ ...asIndexed, entries }, [composite(100, 'gt')])).toBe(true);
    expect(meetsCriteria({ ...asIndexed, entries }, [composite(100, 'lt')])).toBe(false);
  });
});
