import { describe, expect, it } from 'vitest';
import { MAX_INCLUDES } from '../limits.ts';
import { parseSearch } from './parse-search.ts';

const parsed = (query: string) => parseSearch('Observation', query);
const includes = (query: string) => {
  const result = parsed(query);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.includes;
};

describe('_include and _revinclude', () => {
  it('name a source, a reference and maybe a target', () => {
    expect(includes('_include=Observation:subject&_include=Observation:subject:Patient')).toEqual([
      { direction: 'include', source: 'Observation', param: 'subject', iterate: false },
      {
        direction: 'include',
        source: 'Observation',
        param: 'subject',
        targets: ['Patient'],
        iterate: false,
      },
    ]);
    expect(includes('_revinclude:iterate=Provenance:target')).toEqual([
      { direction: 'revinclude', source: 'Provenance', param: 'target', iterate: true },
    ]);
  });

  it('take * for every reference, of one type or of all', () => {
    expect(includes('_include=*&_revinclude=Provenance:*')).toEqual([
      { direction: 'include', source: '*', param: '*', iterate: false },
      { direction: 'revinclude', source: 'Provenance', param: '*', iterate: false },
    ]);
  });

  it.each([
    '_include=subject',
    '_include=Observation:nothing',
    '_include=Observation:code',
    '_include=Observation:subject:Nobody',
    '_include=Observation:subject:Patient:x',
    '_include:once=Observation:subject',
    '_revinclude:iterate:iterate=Provenance:target',
    '_include=',
  ])('are refused as %s, naming the parameter', (query) => {
    const parameter = query.slice(0, query.indexOf('='));
    expect(parsed(query)).toMatchObject({ error: [{ parameter }] });
  });

  it('do not go with _summary=text', () => {
    expect(parsed('_summary=text&_include=*')).toMatchObject({
      error: [{ parameter: '_summary' }],
    });
    expect(parsed('_summary=data&_include=*').ok).toBe(true);
  });

  it('are limited in number', () => {
    const query = Array(MAX_INCLUDES).fill('_include=Observation:subject').join('&');
    expect(parsed(query).ok).toBe(true);
    const more = parsed(`${query}&_revinclude=Provenance:target`);
    expect(more).toMatchObject({ error: [{ parameter: '_revinclude', code: 'too-costly' }] });
  });
});
