import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { MAX_LOADED_DEFINITIONS } from '../limits.ts';
import { storedTerminology } from './stored-terminology.ts';

const COLOURS = 'urn:colours';
const definitions: Readonly<Record<string, JsonObject>> = {
  'ValueSet urn:warm': {
    compose: {
      include: [
        { system: COLOURS, filter: [{ property: 'concept', op: 'is-a', value: 'warm' }] },
        { valueSet: ['urn:more'] },
      ],
    },
  },
  'ValueSet urn:more': { compose: { include: [{ system: 'urn:x', concept: [{ code: '1' }] }] } },
  'ValueSet urn:expanded': {
    expansion: {
      contains: [
        { system: 'urn:x', code: 'a', contains: [{ system: 'urn:x', code: 'b' }] },
        { system: 'urn:x', code: 'c', abstract: true },
      ],
    },
  },
  'ValueSet http://hl7.org/fhir/ValueSet/administrative-gender': {
    compose: { include: [{ system: 'urn:x', concept: [{ code: 'own' }] }] },
  },
  'ValueSet urn:part': { compose: { include: [{ system: 'urn:fragment' }] } },
  [`CodeSystem ${COLOURS}`]: {
    content: 'complete',
    concept: [{ code: 'warm', concept: [{ code: 'red' }] }, { code: 'cold' }],
  },
  'CodeSystem urn:fragment': { content: 'fragment', concept: [{ code: 'some' }] },
};
let asked: string[] = [];
const stored = storedTerminology({
  find: async (type, canonical) => {
    asked.push(canonical);
    return definitions[`${type} ${canonical}`];
  },
});
const codes = async (url: string) => (await stored.expand(url))?.map(({ code }) => code);

describe('stored terminology', () => {
  it('expands stored value sets over stored code systems, asking for each once', async () => {
    asked = [];
    expect(await codes('urn:warm')).toEqual(['warm', 'red', '1']);
    expect(asked.sort()).toEqual([COLOURS, 'urn:more', 'urn:warm'].sort());
    expect(await stored.related({ system: COLOURS, code: 'red' }, 'above')).toEqual([
      'red',
      'warm',
    ]);
  });

  it('takes the expansion of a set without rules', async () => {
    expect(await codes('urn:expanded')).toEqual(['a', 'b']);
  });

  it('falls back on what R4 publishes, and goes before it', async () => {
    expect(await codes('http://hl7.org/fhir/ValueSet/observation-status')).toContain('final');
    expect(await codes('http://hl7.org/fhir/ValueSet/administrative-gender')).toEqual(['own']);
  });

  it('gives nothing rather than half', async () => {
    expect(await codes('urn:part')).toBeUndefined();
    expect(await codes('urn:nowhere')).toBeUndefined();
    expect(await stored.related({ system: 'urn:nowhere', code: 'x' }, 'below')).toBeUndefined();
  });

  it('ends where sets include sets without end', async () => {
    let loaded = 0;
    const endless = storedTerminology({
      find: async () => ({ compose: { include: [{ valueSet: [`urn:next-${++loaded}`] }] } }),
    });
    expect(await endless.expand('urn:first')).toBeUndefined();
    expect(loaded).toBeLessThanOrEqual(MAX_LOADED_DEFINITIONS);
  });
});
