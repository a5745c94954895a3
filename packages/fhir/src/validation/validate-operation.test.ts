import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { readValidate, type ValidateAddress, validateAsked } from './validate-operation.ts';

const fine: Resource = { resourceType: 'Patient', id: 'p', gender: 'male' };
const broken: Resource = { resourceType: 'Patient', id: 'p', gender: 'm' };
const ofType: ValidateAddress = { type: 'Patient' };
const ofInstance: ValidateAddress = { type: 'Patient', id: 'p' };

const parameters = (resource?: Resource, more: JsonObject[] = []): Resource => ({
  resourceType: 'Parameters',
  parameter: [...(resource === undefined ? [] : [{ name: 'resource', resource }]), ...more],
});
const mode = (valueCode: string) => ({ name: 'mode', valueCode });

/** Severity and place of each issue, whether the request or the resource is wrong. */
function answer(
  address: ValidateAddress,
  body?: Resource,
  query = {},
  stored?: Resource,
): string[] {
  const asked = readValidate(address, body, query);
  if (!asked.ok) return asked.error.map(({ code }) => `refused ${code}`);
  const resource = asked.value.resource ?? stored;
  if (resource === undefined) return ['stored'];
  return validateAsked(address, asked.value, resource).map(
    ({ severity, expression }) => `${severity} ${expression ?? ''}`,
  );
}

describe('$validate', () => {
  it('takes the resource alone or in Parameters, at the type and at the instance', () => {
    for (const address of [ofType, ofInstance]) {
      for (const wrap of [(one: Resource) => one, (one: Resource) => parameters(one)]) {
        expect(answer(address, wrap(fine))).toEqual([]);
        expect(answer(address, wrap(broken))).toEqual(['error Patient.gender']);
      }
    }
  });

  it('means the stored resource of an instance where none is sent', () => {
    expect(answer(ofInstance)).toEqual(['stored']);
    expect(answer(ofInstance, parameters())).toEqual(['stored']);
    expect(answer(ofInstance, undefined, {}, broken)).toEqual(['error Patient.gender']);
    expect(answer(ofType)).toEqual(['refused required']);
  });

  it('takes another type for an error, not for a refusal', () => {
    expect(answer({ type: 'Group' }, fine)).toEqual(['error resourceType']);
  });

  it('asks of an update that it has the id of its address', () => {
    expect(answer(ofInstance, parameters(fine, [mode('update')]))).toEqual([]);
    const other = { ...fine, id: 'q' };
    expect(answer(ofInstance, parameters(other, [mode('update')]))).toEqual(['error Patient.id']);
    expect(answer(ofInstance, other, { mode: 'create' })).toEqual([]);
  });

  it('asks nothing of the content of what is to be deleted', () => {
    expect(answer(ofInstance, undefined, { mode: 'delete' }, broken)).toEqual([]);
    expect(answer(ofType, broken, { mode: 'delete' })).toEqual(['refused invalid']);
  });

  it('refuses an unknown mode', () => {
    expect(answer(ofType, parameters(fine, [mode('merge')]))).toEqual(['refused value']);
  });

  it('says which profiles it did not look at', () => {
    const base = 'http://hl7.org/fhir/StructureDefinition/Patient';
    const meta = { profile: [base, 'http://example.org/profile'] };
    expect(answer(ofType, { ...fine, meta })).toEqual(['information Patient.meta.profile[1]']);
    expect(answer(ofType, fine, { profile: base })).toEqual([]);
    expect(answer(ofType, fine, { profile: 'http://example.org/profile' })).toEqual(['warning ']);
  });

  it('validates a Parameters resource that is no wrapper', () => {
    const own: Resource = { resourceType: 'Parameters', parameter: [{ name: 'x' }] };
    expect(answer({ type: 'Parameters' }, own)).toEqual(['error Parameters.parameter[0]']);
  });
});
