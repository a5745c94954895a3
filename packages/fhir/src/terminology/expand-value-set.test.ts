import { describe, expect, it } from 'vitest';
import { terminologyDefinitions } from '../definitions.ts';
import { codeHierarchy } from './code-hierarchy.ts';
import { expandValueSet, type TerminologySource } from './expand-value-set.ts';
import { shippedExpansion, shippedSource } from './shipped-terminology.ts';

const COLOURS = 'http://example.org/colours';
const colours = codeHierarchy({
  concept: [
    {
      code: 'warm',
      concept: [{ code: 'red', concept: [{ code: 'crimson' }] }, { code: 'orange' }],
    },
    {
      code: 'cold',
      concept: [{ code: 'blue' }],
      property: [{ code: 'child', valueCode: 'violet' }],
    },
    { code: 'violet' },
  ],
});
const circle = { compose: { include: [{ valueSet: ['http://example.org/circle'] }] } };
const source: TerminologySource = {
  codeSystem: (url) => (url === COLOURS ? colours : undefined),
  valueSet: (url) => (url === 'http://example.org/circle' ? circle : undefined),
};

type Rule = Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>;
const codes = (include: readonly Rule[], exclude: readonly Rule[] = []) =>
  expandValueSet({ compose: { include, exclude } }, source)?.map(({ code }) => code);
const concept = (op: string, value: string) => [{ property: 'concept', op, value }];

describe('a code hierarchy', () => {
  it('goes down and up, through nested concepts and child properties', () => {
    expect(colours.below('warm')).toEqual(['warm', 'red', 'orange', 'crimson']);
    expect(colours.below('cold')).toEqual(['cold', 'violet', 'blue']);
    expect(colours.above('crimson')).toEqual(['crimson', 'red', 'warm']);
    expect(colours.above('violet')).toEqual(['violet', 'cold']);
    expect(colours.below('plaid')).toBeUndefined();
  });

  it('ends where data goes in circles', () => {
    const odd = codeHierarchy({
      concept: [{ code: 'a', property: [{ code: 'child', valueCode: 'a' }] }],
    });
    expect(odd.below('a')).toEqual(['a']);
  });
});

describe('expanding a value set', () => {
  it('lists concepts, whole systems and hierarchy filters', () => {
    expect(codes([{ system: 'urn:x', concept: [{ code: '1' }, { code: '2' }] }])).toEqual([
      '1',
      '2',
    ]);
    expect(codes([{ system: COLOURS }])).toHaveLength(7);
    const filtered = (op: string) => codes([{ system: COLOURS, filter: concept(op, 'red') }]);
    expect(filtered('is-a')).toEqual(['red', 'crimson']);
    expect(filtered('descendent-of')).toEqual(['crimson']);
    expect(filtered('is-not-a')).toEqual(['warm', 'orange', 'cold', 'blue', 'violet']);
  });

  it('takes away what is excluded', () => {
    const exclude = [{ system: COLOURS, filter: concept('is-a', 'warm') }];
    expect(codes([{ system: COLOURS }], exclude)).toEqual(['cold', 'blue', 'violet']);
  });

  it.each([
    ['an unknown system', [{ system: 'http://snomed.info/sct' }]],
    [
      'an unknown filter',
      [{ system: COLOURS, filter: [{ property: 'hue', op: '=', value: '1' }] }],
    ],
    ['a value set that includes itself', [{ valueSet: ['http://example.org/circle'] as never }]],
  ])('gives nothing rather than half for %s', (_name, include) => {
    expect(codes([{ system: COLOURS }, ...include])).toBeUndefined();
  });
});

describe('the value sets R4 publishes', () => {
  it('are listed, all but those that need systems R4 does not hold', () => {
    const urls = Object.keys(terminologyDefinitions().valueSets);
    const unlisted = urls.filter((url) => shippedExpansion(url) === undefined);
    expect(urls.length).toBeGreaterThan(1_300);
    expect(unlisted.length).toBeLessThan(110);
    expect(unlisted).toContain('http://hl7.org/fhir/ValueSet/condition-code');
  });

  it('include nested codes of v3 code systems', () => {
    const codes = shippedExpansion('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode');
    expect(codes?.map(({ code }) => code)).toEqual(expect.arrayContaining(['AMB', 'IMP', 'ACUTE']));
    const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
    expect(shippedSource.codeSystem(system)?.below('IMP')).toEqual(['IMP', 'ACUTE', 'NONAC']);
  });
});
