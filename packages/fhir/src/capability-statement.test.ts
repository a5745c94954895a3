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
});

interface Rest {
  resource: { type: string; searchParam: { name: string }[] }[];
}

describe('the CapabilityStatement', () => {
  it('is a valid resource', () => {
    expect(validateResource(statement)).toEqual([]);
  });

  it('claims no search parameter that parseSearch does not know', () => {
    const [rest] = statement['rest'] as unknown as Rest[];
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
