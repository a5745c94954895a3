import { describe, expect, it } from 'vitest';
import { capabilityStatement } from './capability-statement.ts';
import { operationOutcome } from './operation-outcome.ts';
import { isResourceType } from './resource-types.ts';
import { parseSearch } from './search/parse-search.ts';
import { validateResource } from './validation/validate-resource.ts';

const statement = capabilityStatement({
  base: 'https://here.org/fhir',
  date: '2026-11-24T00:00:00Z',
  softwareVersion: '0.1.0',
  systemInteractions: ['search-system'],
  compartments: ['Patient', 'RelatedPerson'],
});

interface Rest {
  resource: {
    type: string;
    searchParam: { name: string }[];
    searchInclude?: string[];
    searchRevInclude?: string[];
  }[];
  searchParam: { name: string }[];
  compartment: string[];
}

const [rest] = statement['rest'] as unknown as Rest[];

describe('the CapabilityStatement', () => {
  it('is a valid resource', () => {
    expect(validateResource(statement)).toEqual([]);
  });

  it('claims no search parameter that parseSearch does not know', () => {
    let claims = 0;
    for (const { type, searchParam } of rest?.resource ?? []) {
      if (!isResourceType(type)) throw new Error(type);
      for (const { name } of searchParam) {
        const query = parseSearch(type, `${name}:missing=true&${name}=2024`);
        const unknown = query.ok ? query.value.unknown : [];
        expect(unknown, `${type}.${name}`).toEqual([]);
        claims++;
      }
    }
    expect(claims).toBeGreaterThan(2000);
  });

  it('claims no include that parseSearch does not read, and those that US Core asks for', () => {
    let claims = 0;
    for (const { type, searchInclude = [], searchRevInclude = [] } of rest?.resource ?? []) {
      if (!isResourceType(type)) throw new Error(type);
      const texts = [
        ...searchInclude.map((value) => `_include=${value}`),
        ...searchRevInclude.map((value) => `_revinclude=${value}`),
      ];
      for (const text of texts) {
        expect(parseSearch(type, text).ok, `${type} ${text}`).toBe(true);
        claims++;
      }
    }
    expect(claims).toBeGreaterThan(5000);
    const patient = rest?.resource.find(({ type }) => type === 'Patient');
    expect(patient?.searchRevInclude).toEqual(expect.arrayContaining(['*', 'Provenance:target']));
  });

  it('says what a search of the whole system takes, and which compartments there are', () => {
    const names = rest?.searchParam.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_profile']));
    for (const name of names) {
      const query = parseSearch({ types: [] }, `${name}=2024`);
      expect(query.ok && query.value.unknown, name).toEqual([]);
    }
    expect(rest?.compartment).toEqual([
      'http://hl7.org/fhir/CompartmentDefinition/patient',
      'http://hl7.org/fhir/CompartmentDefinition/relatedPerson',
    ]);
  });
});

it('claims what it fulfils where that is stated, and is valid with it', () => {
  const profile = 'https://here.org/StructureDefinition/own';
  const stated = capabilityStatement({
    base: 'https://here.org/fhir',
    date: '2026-11-24T00:00:00Z',
    softwareVersion: '0.1.0',
    types: ['Patient', 'Subscription'],
    instantiates: ['https://here.org/CapabilityStatement/guide'],
    supportedProfiles: { Subscription: [profile] },
    operations: { of: { Subscription: ['subscription-get-ws-binding-token'] } },
  });
  expect(validateResource(stated)).toEqual([]);
  expect(stated['instantiates']).toEqual(['https://here.org/CapabilityStatement/guide']);
  const [{ resource } = { resource: [] }] = stated['rest'] as unknown as { resource: object[] }[];
  expect(resource[0]).not.toHaveProperty('supportedProfile');
  expect(resource[1]).toMatchObject({
    supportedProfile: [profile],
    operation: [{ name: 'get-ws-binding-token' }],
  });
});

describe('an OperationOutcome', () => {
  it('is valid, shows the mend and the place', () => {
    const outcome = operationOutcome([
      {
        severity: 'error',
        code: 'value',
        expression: 'Patient.gender',
        diagnostics: 'wrong',
        mend: 'Give another.',
      },
    ]);
    expect(validateResource(outcome)).toEqual([]);
    expect(outcome['issue']).toEqual([
      {
        severity: 'error',
        code: 'value',
        diagnostics: 'wrong. Give another.',
        expression: ['Patient.gender'],
      },
    ]);
  });

  it('is valid without issues', () => {
    expect(validateResource(operationOutcome([]))).toEqual([]);
  });
});
