import { describe, expect, it } from 'vitest';
import { elementsSearched, hideableElements, redactText } from './redaction.ts';
import { resourceTypes } from './resource-types.ts';
import { searchParametersOf } from './search/search-parameters.ts';

const patient = {
  resourceType: 'Patient',
  id: 'p',
  meta: { versionId: '1', security: [{ code: 'R' }] },
  text: { status: 'generated', div: '<div>555</div>' },
  contained: [
    { resourceType: 'Organization', id: 'kept', partOf: { reference: '#above' } },
    { resourceType: 'Organization', id: 'above' },
    { resourceType: 'Practitioner', id: 'gone' },
  ],
  telecom: [{ value: '555' }],
  birthDate: '1990-01-01',
  _birthDate: { extension: [{ url: 'x', valueString: 'at noon' }] },
  multipleBirthInteger: 2,
  managingOrganization: { reference: '#kept' },
  generalPractitioner: [{ reference: '#gone' }],
};
const without = (...elements: readonly string[]): Record<string, unknown> =>
  JSON.parse(redactText(JSON.stringify(patient), 'Patient', elements)) as Record<string, unknown>;

describe('redactText', () => {
  it('takes out an element with its extensions, a choice by any of its names, and the narrative', () => {
    const rest = without('telecom', 'birthDate', 'multipleBirth');
    for (const name of ['telecom', 'birthDate', '_birthDate', 'multipleBirthInteger', 'text']) {
      expect(rest).not.toHaveProperty(name);
    }
    expect(rest['meta']).toMatchObject({ security: [{ code: 'R' }, { code: 'REDACTED' }] });
  });

  it('keeps contained resources that what is left refers to, and no others', () => {
    const ids = (without('generalPractitioner')['contained'] as { id: string }[]).map(
      ({ id }) => id,
    );
    expect(ids).toEqual(['kept', 'above']);
    expect(without('generalPractitioner', 'managingOrganization')).not.toHaveProperty('contained');
  });

  it('keeps the digits of decimals', () => {
    const text = '{"resourceType":"Observation","valueQuantity":{"value":1.50},"note":[]}';
    expect(redactText(text, 'Observation', ['note'])).toContain('1.50');
  });
});

describe('hideableElements', () => {
  it('leaves out what is required, what modifies, and what makes a resource one', () => {
    const observation = hideableElements('Observation');
    for (const name of ['status', 'code', 'id', 'meta', 'implicitRules', 'modifierExtension']) {
      expect(observation.has(name), name).toBe(false);
    }
    for (const name of ['value', 'note', 'performer']) expect(observation.has(name)).toBe(true);
  });
});

describe('elementsSearched', () => {
  it('reads them off the definition, of the type at hand', () => {
    expect(elementsSearched('Patient', 'phone')).toEqual(['telecom']);
    expect(elementsSearched('Patient', 'identifier:of-type')).toEqual(['identifier']);
    expect(elementsSearched('Observation', 'date')).toEqual(['effective']);
    expect(elementsSearched('Patient', '_tag')).toEqual(['meta']);
  });

  it('says "any" rather than nothing', () => {
    expect(elementsSearched('Observation', 'code-value-quantity')).toBe('any');
    expect(elementsSearched('Patient', 'nobody-defined')).toBe('any');
  });

  it('names elements of the type for every parameter there is', () => {
    for (const type of resourceTypes) {
      for (const code of searchParametersOf(type).keys()) {
        const read = elementsSearched(type, code);
        expect(read === 'any' || read.length > 0, `${type} ${code}`).toBe(true);
      }
    }
  });
});
