import { clinicalTimeOf, type RowFacts } from '@holdfast/store';
import { describe, expect, it } from 'vitest';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import { type AtomSpec, atom } from './condition.ts';
import { type Facts, holds } from './holds.ts';

const OBSERVATION = {
  resourceType: 'Observation',
  id: 'o',
  effectiveDateTime: '2026-05-01T08:00:00.000Z',
} as const;

const row = (fields: Partial<RowFacts> = {}): RowFacts => ({
  type: 'Observation',
  id: 'o',
  patient: null,
  patientId: null,
  confidentiality: CONFIDENTIALITY.N,
  sensitivity: 0n,
  content: JSON.stringify(OBSERVATION),
  consentClass: 0,
  residual: [],
  ties: [],
  others: [],
  ...fields,
});

const facts = (of: RowFacts): Facts => ({
  row: of,
  residual: [],
  closure: new Set(),
  ties: [],
  tiesAs: () => new Set(),
  ownPatientId: undefined,
  nowMs: 0,
});

const does = (condition: AtomSpec, fields: Partial<RowFacts> = {}): boolean =>
  holds(atom(condition), facts(row(fields)));

describe('what is not labelled is as strict as anything', () => {
  const { R, V } = CONFIDENTIALITY;
  it.each<[string, number, Record<'at-least' | 'exactly' | 'at-most', boolean>]>([
    ['not labelled', UNLABELLED, { 'at-least': true, exactly: true, 'at-most': false }],
    ['less', R, { 'at-least': false, exactly: false, 'at-most': true }],
    ['as much', V, { 'at-least': true, exactly: true, 'at-most': true }],
  ])('%s', (_, confidentiality, expected) => {
    const atV = (op: 'at-least' | 'exactly') => does({ op, rank: V }, { confidentiality });
    expect(atV('at-least')).toBe(expected['at-least']);
    expect(atV('exactly')).toBe(expected.exactly);
    const rank = confidentiality === UNLABELLED ? R - 1 : V;
    expect(does({ op: 'at-most', rank }, { confidentiality })).toBe(expected['at-most']);
  });

  it('and for a permit as R', () => {
    expect(does({ op: 'at-most', rank: R }, { confidentiality: UNLABELLED })).toBe(true);
  });
});

describe('a period of data, at its edges', () => {
  const time = clinicalTimeOf(OBSERVATION);
  if (time === undefined) throw new Error('the observation has a time');
  const { start: from, end: until } = time;
  const open = { from: null, until: null };

  it.each<[string, AtomSpec, boolean]>([
    [
      'overlaps what ends after its first instant',
      { ...open, op: 'overlapping', until: from + 1 },
      true,
    ],
    ['not what ends at it', { ...open, op: 'overlapping', until: from }, false],
    ['overlaps what begins at its last', { ...open, op: 'overlapping', from: until }, true],
    ['not what begins after', { ...open, op: 'overlapping', from: until + 1 }, false],
    ['lies within its own bounds', { op: 'within', from, until }, true],
    ['not within less at the beginning', { op: 'within', from: from + 1, until }, false],
    ['nor at the end', { op: 'within', from, until: until - 1 }, false],
  ])('%s', (_, condition, expected) => {
    expect(does(condition)).toBe(expected);
  });

  it('without a time it overlaps anything, and lies within nothing', () => {
    const content = JSON.stringify({ resourceType: 'Observation', id: 'o' });
    expect(does({ ...open, op: 'overlapping' }, { content })).toBe(true);
    expect(does({ ...open, op: 'within' }, { content })).toBe(false);
  });
});
