import { describe, expect, it } from 'vitest';
import { MAX_EXPANDED_CODES } from '../limits.ts';
import { expandTerminology, shippedTerminology, type Terminology } from './expand-terminology.ts';
import { parseSearch } from './parse-search.ts';

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const GENDERS = 'http://hl7.org/fhir/ValueSet/administrative-gender';

async function expandedFrom(
  type: 'Patient' | 'Encounter' | 'Observation',
  query: string,
  terminology: Terminology = shippedTerminology,
) {
  const parsed = parseSearch(type, query);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return await expandTerminology(parsed.value, terminology);
}

describe('expanding a search', () => {
  it('turns :in and :not-in into the codes of the value set', async () => {
    const values = ['male', 'female', 'other', 'unknown'].map((code) => ({
      system: 'http://hl7.org/fhir/administrative-gender',
      code,
    }));
    const inside = await expandedFrom('Patient', `gender:in=${GENDERS}`);
    const param = 'gender';
    expect(inside).toMatchObject({ value: { criteria: [{ kind: 'token', param, values }] } });
    const outside = await expandedFrom('Patient', `gender:not-in=${GENDERS}|4.0.1`);
    expect(outside).toMatchObject({ value: { criteria: [{ modifier: 'not', values }] } });
  });

  it('turns :below and :above into the codes of the hierarchy', async () => {
    const codes = (list: string[]) => list.map((code) => ({ system: ACT, code }));
    const below = await expandedFrom('Encounter', `class:below=${ACT}|IMP`);
    expect(below).toMatchObject({
      value: { criteria: [{ values: codes(['IMP', 'ACUTE', 'NONAC']) }] },
    });
    const above = await expandedFrom('Encounter', `class:above=${ACT}|ACUTE`);
    expect(above).toMatchObject({
      value: {
        criteria: [
          { values: codes(['ACUTE', 'IMP', '_ActEncounterCode', '_ActCareProvisionCode']) },
        ],
      },
    });
  });

  it('reaches criteria at the end of chains and _has', async () => {
    const chained = await expandedFrom('Encounter', `subject:Patient.gender:in=${GENDERS}`);
    expect(chained).toMatchObject({
      value: { criteria: [{ targets: [{ criterion: { kind: 'token' } }] }] },
    });
    const has = await expandedFrom('Patient', `_has:Encounter:subject:class:below=${ACT}|IMP`);
    expect(has).toMatchObject({ value: { criteria: [{ criterion: { kind: 'token' } }] } });
  });

  it('leaves a search without value sets untouched', async () => {
    const parsed = parseSearch('Patient', 'gender=male');
    if (!parsed.ok) throw new Error();
    expect(await expandTerminology(parsed.value, shippedTerminology)).toEqual(parsed);
  });

  it.each([
    'code:in=http://example.org/unknown',
    'code:in=http://hl7.org/fhir/ValueSet/condition-code',
    'code:below=http://snomed.info/sct|1',
  ])('refuses %s, naming the parameter and a mend', async (query) => {
    const found = await expandedFrom('Observation', query);
    const parameter = query.slice(0, query.indexOf('='));
    expect(found).toMatchObject({ error: [{ parameter, code: 'not-found' }] });
  });

  it('matches nothing where a value set is empty, and refuses one that is too large', async () => {
    const of = (count: number): Terminology => ({
      ...shippedTerminology,
      expand: () => Promise.resolve(Array(count).fill({ system: 's', code: 'c' })),
    });
    const none = await expandedFrom('Patient', 'gender:in=http://x', of(0));
    expect(none).toMatchObject({ value: { criteria: [{ values: [{ code: '' }] }] } });
    const most = await expandedFrom('Patient', 'gender:in=http://x', of(MAX_EXPANDED_CODES));
    expect(most.ok).toBe(true);
    const more = await expandedFrom('Patient', 'gender:in=http://x', of(MAX_EXPANDED_CODES + 1));
    expect(more).toMatchObject({ error: [{ code: 'too-costly' }] });
  });
});
