import { describe, expect, it } from 'vitest';
import { compartmentParameters, compartmentPatients } from './compartment.ts';
import { definitions } from './definitions.ts';
import { isResourceType } from './resource-types.ts';
import { searchParametersOf } from './search/search-parameters.ts';

const patient = (id: string) => ({ reference: `Patient/${id}` });

describe('the Patient compartment', () => {
  it('gives a Patient to itself and names the patients it links to', () => {
    const link = [{ other: patient('2'), type: 'seealso' }];
    const found = compartmentPatients({ resourceType: 'Patient', id: '1', link });
    expect(found).toEqual({ owner: '1', others: ['2'] });
  });

  it('takes the subject before a performer who is a patient', () => {
    const performer = [patient('2'), patient('1'), { reference: 'Practitioner/3' }];
    const found = compartmentPatients({
      resourceType: 'Observation',
      performer,
      subject: patient('1'),
    });
    expect(found).toEqual({ owner: '1', others: ['2'] });
  });

  it('falls back to the first patient named when there is no subject', () => {
    const found = compartmentPatients({ resourceType: 'Observation', performer: [patient('2')] });
    expect(found).toEqual({ owner: '2', others: [] });
  });

  it('finds patients behind filters, in backbone elements and with a version', () => {
    const participant = [{ actor: { reference: 'Patient/5/_history/2' } }, { actor: patient('6') }];
    const found = compartmentPatients({ resourceType: 'Appointment', participant });
    expect(found).toEqual({ owner: '5', others: ['6'] });
  });

  it('knows no patient of another server, of a contained resource or of none', () => {
    for (const reference of ['https://other.org/Patient/1', '#p', 'urn:uuid:x', 'Group/1']) {
      const found = compartmentPatients({ resourceType: 'Condition', subject: { reference } });
      expect(found).toEqual({ owner: null, others: [] });
    }
    expect(compartmentPatients({ resourceType: 'Organization' }).owner).toBeNull();
  });

  it('has a compiled search parameter for every row of its definition', () => {
    const types = Object.keys(definitions().compartments['Patient'] ?? {}).filter(isResourceType);
    expect(types.length).toBeGreaterThan(60);
    for (const type of types) {
      for (const param of compartmentParameters(type)) {
        expect(searchParametersOf(type).get(param)?.kind).toBe('reference');
      }
    }
  });
});

describe('the other compartments of R4', () => {
  it.each([
    ['Encounter', 24],
    ['RelatedPerson', 31],
    ['Practitioner', 58],
    ['Device', 32],
  ] as const)('of a %s name references of %i types that may point at one', (compartment, count) => {
    const types = Object.keys(definitions().compartments[compartment] ?? {}).filter(isResourceType);
    expect(types).toHaveLength(count);
    for (const type of types) {
      const params = compartmentParameters(type, compartment);
      expect(params).not.toEqual([]);
      for (const param of params) {
        expect(searchParametersOf(type).get(param)?.targets, `${type}.${param}`).toContain(
          compartment,
        );
      }
    }
  });
});
