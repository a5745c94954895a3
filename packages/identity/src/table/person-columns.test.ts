import { describe, expect, it } from 'vitest';
import { personColumns, personOf } from './person-columns.ts';

describe('columns of a table', () => {
  it('go by their usual names, however they are written', () => {
    const columns = personColumns(['rec_id', ' Given Name', 'SURNAME', 'dob', 'address_1', 'x']);
    expect(columns.ok && columns.value.kinds).toEqual([
      'id',
      'given',
      'family',
      'birthDate',
      'address',
      undefined,
    ]);
  });

  it('hold what they are said to hold', () => {
    const said = new Map([['naam', 'family' as const]]);
    const columns = personColumns(['naam', 'soc_sec_id', 'email', 'Email Address'], said);
    if (!columns.ok) throw new Error(columns.error.text);
    expect(personOf(columns.value, ['Vos', '12', 'a@x.org', ''], 4)).toEqual({
      id: 'row-5',
      family: 'Vos',
      identifiers: [{ system: 'soc_sec_id', value: '12' }],
      emails: ['a@x.org'],
      phones: [],
      addressLines: [],
    });
  });

  it.each([
    [['given', 'firstname'], new Map(), 'Two columns hold given.'],
    [['city', 'dob'], new Map(), 'No column holds a name.'],
    [['given'], new Map([['givn', 'given' as const]]), 'There is no column givn.'],
  ])('%j are refused by name', (header, said, text) => {
    const columns = personColumns(header, said);
    expect(columns.ok ? '' : columns.error.text).toBe(text);
  });
});
