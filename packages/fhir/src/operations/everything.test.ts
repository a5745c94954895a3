import { describe, expect, it } from 'vitest';
import { compartmentParameters } from '../compartment.ts';
import { EVERYTHING_COUNT, MAX_COUNT } from '../limits.ts';
import { readEverything } from './everything.ts';

const ada = { type: 'Patient', id: 'ada' } as const;
const visit = { type: 'Encounter', id: 'v1' } as const;
const asked = (text: string, address: typeof ada | typeof visit = ada) =>
  readEverything(address, new URLSearchParams(text));
const query = (text: string, address?: typeof visit) => {
  const read = asked(text, address);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};
const refused = (text: string) => {
  const read = asked(text);
  return read.ok ? [] : read.error.map(({ parameter }) => parameter);
};

describe('$everything', () => {
  it('asks for every type of the compartment and includes what these refer to outside', () => {
    const { types, criteria, includes, count } = query('');
    expect(types).toContain('Observation');
    const outside = types.filter((type) => compartmentParameters(type).length === 0);
    expect(outside).toEqual([]);
    expect(types).not.toContain('Practitioner');
    expect(criteria).toEqual([{ kind: 'compartment', compartment: 'Patient', id: 'ada' }]);
    const [include, ...more] = includes;
    expect(more).toEqual([]);
    expect(include?.targets).toContain('Practitioner');
    expect(include?.targets?.some((type) => types.includes(type))).toBe(false);
    expect(count).toBe(EVERYTHING_COUNT);
  });

  it('keeps the types asked for, inside and outside, however often they are given', () => {
    const { types, includes } = query('_type=Observation,Practitioner&_type=Condition');
    expect([...types].sort()).toEqual(['Condition', 'Observation']);
    expect(includes[0]?.targets).toEqual(['Practitioner']);
    expect(query('_type=Observation').includes).toEqual([]);
    expect(refused('_type=Practitioner')).toEqual(['_type']);
  });

  it('reads days of care and the time since, by their written precision', () => {
    const { criteria } = query('start=2026-01&end=2026-03-31&_since=2026-02-01T00:00:00Z');
    expect(criteria.slice(1)).toEqual([
      { kind: 'careDates', start: Date.UTC(2026, 0), end: Date.UTC(2026, 3) },
      {
        kind: 'lastUpdated',
        param: '_lastUpdated',
        values: [{ prefix: 'ge', start: Date.UTC(2026, 1), end: Date.UTC(2026, 1) + 1_000 }],
      },
    ]);
  });

  it('cuts _count, names what it cannot read, and leaves what it does not know alone', () => {
    expect(query(`_count=${MAX_COUNT + 1}`).count).toBe(MAX_COUNT);
    expect(refused('_count=0&start=x&end=y&_since=z&_type=Nothing')).toEqual([
      '_count',
      'start',
      'end',
      '_since',
      '_type',
    ]);
    expect(refused('start=2026&start=2027')).toEqual(['start']);
    expect(query('colour=blue&_format=json').unknown).toEqual(['colour']);
  });

  it('of an encounter has no days of care', () => {
    const { types, unknown, includes } = query('start=2026', visit);
    expect(unknown).toEqual(['start']);
    expect(types).toContain('Encounter');
    expect(includes[0]?.targets).toContain('Patient');
  });
});
