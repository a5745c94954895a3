import { expect, it } from 'vitest';
import type { PersonRecord, RecordId } from '../record.ts';
import { evidenceOf } from './evidence.ts';

const record = (known: Partial<PersonRecord>): PersonRecord => ({ id: 'r' as RecordId, ...known });

it('shows what speaks for and against, the weightiest first, and nothing that neither knows', () => {
  const evidence = evidenceOf(
    record({ given: 'Ada', birthDate: '1980-02-03', phones: ['555', '', '777'] }),
    record({ given: 'Adam', birthDate: '1980-02-03', gender: 'male' }),
    { given: ['close', -6.5], birthDate: ['exact', 4.25], phone: ['missing', 0] },
  );
  expect(evidence).toEqual([
    { field: 'given', one: 'Ada', other: 'Adam', level: 'close', bits: -6.5 },
    { field: 'birthDate', one: '1980-02-03', other: '1980-02-03', level: 'exact', bits: 4.25 },
    { field: 'gender', one: '', other: 'male', level: 'missing', bits: 0 },
    { field: 'phone', one: '555, 777', other: '', level: 'missing', bits: 0 },
  ]);
});
