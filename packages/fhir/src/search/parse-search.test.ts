import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_COUNT, MAX_CRITERIA, MAX_SEARCH_CHARACTERS, MAX_VALUES } from '../limits.ts';
import { resourceTypes } from '../resource-types.ts';
import { parseSearch } from './parse-search.ts';
import type { SearchProblem, SearchQuery } from './search-query.ts';

function parsed(query: string, type: 'Observation' | 'Patient' = 'Observation'): SearchQuery {
  const result = parseSearch(type, query, { base: 'https://here.org/fhir/' });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function problems(query: string): readonly SearchProblem[] {
  const result = parseSearch('Observation', query);
  return result.ok ? [] : result.error;
}

const values = (query: string) => {
  const [criterion] = parsed(query).criteria;
  return criterion !== undefined && 'values' in criterion ? criterion.values : undefined;
};

describe('parseSearch', () => {
  it('reads the four forms of a token and keeps escaped signs', () => {
    expect(values('code=a,http://s|b,|c,d|')).toEqual([
      { code: 'a' },
      { system: 'http://s', code: 'b' },
      { system: null, code: 'c' },
      { system: 'd' },
    ]);
    expect(values('code=a%5C,b,c%5C%7Cd')).toEqual([{ code: 'a,b' }, { code: 'c|d' }]);
  });

  it('keeps repeated parameters apart: they all must hold', () => {
    expect(parsed('date=ge2024-01&date=lt2024-02').criteria).toMatchObject([
      { param: 'date', values: [{ prefix: 'ge', start: Date.UTC(2024, 0, 1) }] },
      { param: 'date', values: [{ prefix: 'lt', start: Date.UTC(2024, 1, 1) }] },
    ]);
  });

  it('reads a time zone whose plus sign was not escaped', () => {
    const start = Date.parse('2024-01-01T08:00:00Z');
    expect(values('date=2024-01-01T10:00:00+02:00')).toMatchObject([{ start }]);
  });

  it('reads references by id, type, modifier and own address', () => {
    expect(values('patient=7')).toEqual([{ types: ['Patient'], id: '7' }]);
    expect(values('subject=Patient/7')).toEqual([{ types: ['Patient'], id: '7' }]);
    expect(values('subject:Group=7')).toEqual([{ types: ['Group'], id: '7' }]);
    const here = 'subject=https://here.org/fhir/Patient/7';
    expect(values(here)).toEqual([{ types: ['Patient'], id: '7' }]);
    const uri = 'https://there.org/fhir/Patient/7';
    expect(values(`subject=${uri}`)).toEqual([{ uri }]);
  });

  it('gives a number the range its digits stand for', () => {
    expect(values('value-quantity=100')).toMatchObject([{ prefix: 'eq', low: 99.5, high: 100.5 }]);
    expect(values('value-quantity=gt5.40|http://u|mg')).toMatchObject([
      { prefix: 'gt', value: 5.4, system: 'http://u', code: 'mg' },
    ]);
    expect(values('value-quantity=ap1e2||mg')).toMatchObject([{ low: 50, high: 150, code: 'mg' }]);
  });

  it('folds strings and keeps them exact', () => {
    const [criterion] = parsed('name:contains=É%20X', 'Patient').criteria;
    const found = [{ folded: 'e x', exact: 'É X' }];
    expect(criterion).toEqual({
      kind: 'string',
      param: 'name',
      modifier: 'contains',
      values: found,
    });
  });

  it('reads :missing for every kind with index rows', () => {
    expect(parsed('value-date:missing=true').criteria).toEqual([
      {
        kind: 'missing',
        param: 'value-date',
        rows: [{ kind: 'date', param: 'value-date' }],
        missing: true,
      },
    ]);
    expect(problems('_id:missing=true')).toMatchObject([{ parameter: '_id:missing' }]);
  });

  it('reads paging, sort and result parameters', () => {
    const query = parsed(
      '_sort=-date,_id&_count=5&_total=accurate&_elements=code,status&_cursor=x',
    );
    expect(query).toMatchObject({ count: 5, total: 'accurate', cursor: 'x' });
    expect(query.elements).toEqual(['code', 'status']);
    expect(query.sort).toEqual([
      { param: 'date', kind: 'date', direction: 'descending' },
      { param: '_id', kind: 'id', direction: 'ascending' },
    ]);
    expect(parsed('_count=999999').count).toBe(MAX_COUNT);
    expect(parsed('_count=0').summary).toBe('count');
  });

  it('collects unknown parameters and ignores those of the transport', () => {
    expect(parsed('colour=red&_format=json&code=a').unknown).toEqual(['colour']);
  });

  it.each([
    'code.name=x',
    'subject:Nobody.name=x',
    'subject:Patient.birthdate=x',
    '_has:Observation:code:code=x',
    '_has:Observation:subject=x',
    '_include=subject',
    '_include=Observation:code',
    '_include:recurse=Observation:subject',
    '_list=$current-allergies',
    'code:below=x',
    'code:of-type=a|b|c',
    'code-value-quantity=a',
    'code-value-quantity=a$b',
    'code-value-quantity=a$1$2',
    '_contained=true',
    'date=yesterday',
    'code=',
    'code=a,,b',
    '_id=a b',
    '_sort=nothing',
    '_count=-1',
    '_total=maybe',
    'value-quantity=gt',
    '_text=x',
  ])('refuses %s, naming the parameter and a mend', (query) => {
    const parameter = query.slice(0, query.indexOf('='));
    const [problem, ...others] = problems(query);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ parameter });
    expect(problem?.diagnostics).toContain(parameter);
    expect(problem?.mend).not.toBe('');
  });

  it('never repeats a searched value in a problem', () => {
    expect(
      JSON.stringify(problems('date=Secret&_id=Sec ret&code:below=Secret&_sort=Secret')),
    ).not.toContain('Sec');
  });

  it('refuses beyond its limits', () => {
    const many = (count: number, text: string, sign: string) => Array(count).fill(text).join(sign);
    expect(problems(many(MAX_CRITERIA + 1, 'code=a', '&'))).toHaveLength(1);
    expect(problems(`code=${many(MAX_VALUES + 1, 'a', ',')}`)).toHaveLength(1);
    expect(problems(`code=${'a'.repeat(MAX_SEARCH_CHARACTERS)}`)).toHaveLength(1);
  });

  it('returns a query that nothing can change', () => {
    const query = parsed('code=a|b');
    expect(() => (query.unknown as string[]).push('x')).toThrow(TypeError);
    expect(Object.isFrozen(values('code=a|b')?.[0])).toBe(true);
  });

  it('answers any text with a query or problems, never with an exception', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('code', 'date', '_sort', '_id', 'subject:'));
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypes), name, fc.string(), (type, key, value) => {
        const result = parseSearch(type, new URLSearchParams([[key, value]]));
        expect(result.ok || result.error.length > 0).toBe(true);
      }),
    );
  });
});
