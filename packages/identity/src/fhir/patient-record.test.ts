import { describe, expect, it } from 'vitest';
import { isDeprecated, patientRecord } from './patient-record.ts';

describe('a Patient as a record', () => {
  it('is what is in use, of the best use', () => {
    const record = patientRecord({
      resourceType: 'Patient',
      id: 'p1',
      identifier: [
        { system: 'mrn', value: '1' },
        { system: 'mrn', value: '0', use: 'old' },
        { system: 'ssn' },
      ],
      name: [
        { use: 'maiden', family: 'Moreau' },
        { use: 'usual', family: 'Kaya', given: ['Addy'] },
        { use: 'official', family: 'Kaya', given: ['Ada', 'Maria'] },
      ],
      telecom: [
        { system: 'phone', value: '030 1' },
        { system: 'phone', value: '030 2', use: 'old' },
        { system: 'email', value: 'ada@x.org' },
      ],
      gender: 'female',
      birthDate: '1980-02-03',
      address: [{ line: ['12 Mill Lane', 'Flat 2'], city: 'Town', postalCode: '10115' }],
    });
    expect(record).toEqual({
      id: 'p1',
      given: 'Ada',
      family: 'Kaya',
      birthDate: '1980-02-03',
      gender: 'female',
      identifiers: [{ system: 'mrn', value: '1' }],
      emails: ['ada@x.org'],
      phones: ['030 1'],
      houseNumber: '12',
      addressLines: ['Mill Lane', 'Flat 2'],
      locality: 'Town',
      postcode: '10115',
      state: '',
    });
  });

  it.each([
    ['Mühlweg 12a', '12a', 'Mühlweg'],
    ['12 a, Mill Lane', '12 a', 'Mill Lane'],
    ['Rose Cottage', '', 'Rose Cottage'],
  ])('parts %s', (line, houseNumber, street) => {
    const record = patientRecord({ address: [{ line: [line] }] });
    expect([record.houseNumber, record.addressLines?.[0]]).toEqual([houseNumber, street]);
  });

  it('knows nothing of what has another shape', () => {
    const odd = { name: 'Ada', telecom: [null, 3], birthDate: 1980, identifier: {}, address: [[]] };
    const { id, ...rest } = patientRecord(odd);
    expect(id).toBe('');
    expect(
      Object.values(rest)
        .flat()
        .filter((value) => value !== ''),
    ).toEqual([]);
  });

  it.each([
    [{ active: false }, true],
    [{ link: [{ type: 'replaced-by', other: { reference: 'Patient/2' } }] }, true],
    [{ active: true, link: [{ type: 'replaces' }] }, false],
    [{}, false],
  ])('%j is deprecated: %s', (patient, deprecated) => {
    expect(isDeprecated(patient)).toBe(deprecated);
  });
});
