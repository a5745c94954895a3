import { type Criterion, parseSearch, resourceTypes } from '@holdfast/fhir';
import {
  hasSharedData,
  OracleWorld,
  publishedExamples,
  RandomSearches,
} from '@holdfast/fhir/testing';
import { runs, seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import type { AccessGate } from '../access-gate.ts';
import { candidatesSql } from './candidates-sql.ts';
import { Parameters } from './parameters.ts';
import { statementContext } from './search-context.ts';
import { isLed, searchCost } from './search-cost.ts';

function costOf(address: string) {
  const [type = '', text = ''] = address.split('?', 2);
  const types = resourceTypes.filter((each) => each === type);
  const parsed = parseSearch({ types }, text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return searchCost(parsed.value);
}

describe('searchCost', () => {
  it.each([
    ['Patient?_id=a', 2],
    ['Observation?patient=a&code=http://loinc.org|8867-4', 30],
    ['Observation?patient=a&_sort=-date&_include=Observation:encounter', 30],
    ['Observation?code=http://loinc.org|8867-4', 50],
    ['Patient?name=smith', 50],
    ['Observation', 5],
    ['Task?status:not=completed', 30],
    ['Observation?patient.identifier=urn:mrn|1', 400],
    ['Patient?_has:Observation:patient:code=8867-4', 400],
    ['Patient?identifier=urn:mrn|1&_revinclude=*&_count=1', 50],
  ])('finds %s cheap', (address, most) => {
    expect(costOf(address).reads).toBeLessThan(most);
  });

  it.each([
    ['Patient?name:contains=smith', 'unindexed', 'name'],
    ['Observation?_sort=value-quantity', 'sort', '_sort'],
    ['Observation?_total=accurate', 'total', '_total'],
    ['Observation?_summary=count', 'total', '_summary'],
    ['?_type=Observation,Patient,Encounter&_tag:missing=false', 'types', '_type'],
    ['Observation?code=8867-4&_include=*&_include:iterate=*&_count=1000', 'include', '_include'],
    ['Patient?_has:Observation:patient:status:not=final', 'link', '_has:Observation:patient'],
  ])('names what makes %s dear', (address, kind, parameter) => {
    const { reads, parts } = costOf(address);
    expect(reads).toBeGreaterThan(300);
    expect(parts[0]).toMatchObject({ kind, parameter });
  });

  it('goes up with each link that no index leads along', () => {
    const one = costOf('Patient?_has:Observation:patient:status:not=final').reads;
    const two = costOf(
      'Organization?_has:Patient:organization:_has:Observation:patient:status:not=final',
    ).reads;
    const three = costOf(
      'Organization?_has:Organization:partof:_has:Patient:organization:_has:Observation:patient:status:not=final',
    ).reads;
    expect(two / one).toBeGreaterThan(3);
    expect(three).toBeGreaterThan(100_000);
  });
});

const open: AccessGate = {
  epoch: 1n,
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ kind: 'release' }),
  releasable: () => 'true',
  hides: () => [],
};
const dictionary = { knownParameter: () => 1, knownSystem: () => 1 };

describe.runIf(hasSharedData())('what an index leads to', () => {
  it('is predicted as the statement has it', () => {
    const random = seededRandom(41);
    const world = new OracleWorld(publishedExamples().slice(0, 300));
    const searches = new RandomSearches(world, random);
    const seen = new Map<string, Set<boolean>>();
    for (let n = 0; n < runs(1_000); n++) {
      const { type, query } = searches.next();
      const parsed = parseSearch(type, query);
      if (!parsed.ok) throw new Error(query);
      for (const criterion of parsed.value.criteria) {
        const led = isLed(criterion, [type]);
        if (!isPredicted(criterion)) continue;
        const { bind } = new Parameters();
        const context = statementContext({ dictionary, gate: open, bind });
        const sql = candidatesSql(criterion, { ...context, types: [type] });
        expect([criterion, led]).toEqual([criterion, sql !== undefined]);
        const kinds = seen.get(criterion.kind) ?? new Set();
        seen.set(criterion.kind, kinds.add(led));
      }
    }
    expect(seen.size).toBeGreaterThan(5);
  });
});

/** Dates may bound a walk where they lead to no candidates. */
const isPredicted = (criterion: Criterion): boolean =>
  criterion.kind !== 'date' && criterion.kind !== 'chain' && criterion.kind !== 'has';
