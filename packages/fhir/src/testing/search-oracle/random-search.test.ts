import { seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { parseSearch } from '../../search/parse-search.ts';
import { hasSharedData, publishedExamples } from '../shared-data.ts';
import { OracleWorld } from './oracle-world.ts';
import { RandomSearches } from './random-search.ts';

const SEARCHES = 1_000;
const stored = publishedExamples().map((resource) => ({
  ...resource,
  meta: { ...(resource['meta'] as object | undefined), lastUpdated: '2024-05-06T07:08:09.123Z' },
}));

describe.skipIf(!hasSharedData())('random searches', () => {
  const world = new OracleWorld(stored);
  const kinds = new Map<string, number>();
  let finding = 0;

  it('are all read by parseSearch, and most find something', () => {
    const searches = new RandomSearches(world, seededRandom(20_261_124));
    for (let i = 0; i < SEARCHES; i++) {
      const { type, query } = searches.next();
      const parsed = parseSearch(type, query);
      if (!parsed.ok) throw new Error(`${type}?${query}: ${JSON.stringify(parsed.error)}`);
      expect(parsed.value.unknown, query).toEqual([]);
      if (world.search(parsed.value).size > 0) finding++;
      for (const criterion of parsed.value.criteria) {
        const modifier = 'modifier' in criterion ? `:${criterion.modifier ?? ''}` : '';
        const kind = `${criterion.kind}${modifier}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    expect(finding).toBeGreaterThan(SEARCHES / 2);
  });

  it('cover every kind of criterion that needs no value set', () => {
    const plain = [
      'token',
      'string',
      'date',
      'reference',
      'number',
      'quantity',
      'uri',
      'composite',
    ];
    const others = ['near', 'id', 'lastUpdated', 'missing', 'chain', 'has'];
    const modified = ['token:not', 'string:exact', 'string:contains', 'uri:below', 'id:not'];
    for (const kind of [...plain, ...others, ...modified]) {
      expect([...kinds.keys()], kind).toContain(kind);
    }
  });
});
