import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../resource-types.ts';
import {
  compiledParametersOf,
  searchParametersOf,
  unsupportedParametersOf,
} from './search-parameters.ts';

const unsupportedBecause = (reason: string): string[] =>
  resourceTypes.flatMap((type) =>
    unsupportedParametersOf(type)
      .filter((one) => one.reason === reason)
      .map(({ code }) => `${type}.${code}`),
  );

describe('the R4 search parameters', () => {
  it('compile, all but a short known list', () => {
    expect(unsupportedBecause('expression')).toEqual([]);
    expect(new Set(unsupportedBecause('text').map((name) => name.split('.')[1]))).toEqual(
      new Set(['_text', '_content', '_query']),
    );
  });

  it('are offered only where something fills their rows', () => {
    for (const type of resourceTypes) {
      for (const { visit, kind } of compiledParametersOf(type).supported.values()) {
        expect(visit === null).toBe(kind === 'id' || kind === 'lastUpdated');
      }
    }
  });

  it('include the parameters of every resource and those shared between types', () => {
    const codes = [...searchParametersOf('Observation').keys()];
    expect(codes).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_security', '_profile', '_source']),
    );
    expect(codes).toEqual(expect.arrayContaining(['patient', 'code', 'date', 'combo-code']));
    expect(searchParametersOf('Observation').get('patient')).toMatchObject({
      kind: 'reference',
      targets: ['Patient'],
    });
  });
});
