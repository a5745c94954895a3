import { parseSearch, resourceTypes } from '@holdfast/fhir';
import {
  hasSharedData,
  OracleWorld,
  publishedExamples,
  RandomSearches,
} from '@holdfast/fhir/testing';
import { runs, seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import type { AccessGate } from '../access-gate.ts';
import { randomIncludes, randomSort } from '../testing/random-results.ts';
import { compileSearch } from './compile-search.ts';

const SEARCHES = 150;

/** Leaves a mark at every alias it was asked about. */
const marking: AccessGate = {
  epoch: 1n,
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ kind: 'release' }),
  hides: () => [],
  releasable: (row) => `gated(${row})`,
};

const numbers = new Map<string, number>();
const numberOf = (name: string): number => {
  const known = numbers.get(name) ?? numbers.size + 1;
  numbers.set(name, known);
  return known;
};
const dictionary = {
  knownParameter: (type: string, code: string) => numberOf(`${type}.${code}`),
  knownSystem: numberOf,
};

/** Aliases of `resource` in a statement that carry no mark. */
function ungated(text: string): readonly string[] {
  const bare = LEADS.reduce((rest, lead) => rest.replaceAll(lead, ''), text);
  const aliases = [...bare.matchAll(/\b(?:from|join)\s+resource\s+(\w+)/g)].map(
    ([, name]) => name ?? '',
  );
  return aliases.filter((alias) => !bare.includes(`gated(${alias})`));
}

/**
 * What needs no mark of its own, each as it is spelled: it only leads to keys, and whoever comes from
 * there to a row asks for that row's release, or it is the reference's own text that is sorted by.
 */
const LEADS: readonly RegExp[] = [
  // The key of a resource that is named.
  /\(select (\w+)\.key from resource \1\s+where \1\.tenant = \$1 and \1\.type = \$\d+ and \1\.id = \$\d+\)/g,
  /join resource (\w+) on \1\.tenant = \$1 and \1\.type = v\.type and \1\.id = v\.id\)\)/g,
  // Keys a page starts from: `gatherSource` and the streams bring them to `r`.
  /select (\w+)\.key from resource \1 where \1\.tenant = \$1/g,
  /select (\w+)\.patient as key from resource \1 where \1\.tenant = \$1/g,
  /lasting as materialized \(select r\.key from resource r where/g,
  /cross join lateral \(select t\.\* from resource t\s+where t\.tenant = \$1 and t\.key = lead\.\w+ offset 0\)/g,
  // What a reference says, sorted by.
  /from reference_index i\s+join resource t on t\.tenant = \$1 and t\.key = i\.target/g,
  // What was included, by the keys of gated rounds; and rows that are on the page already.
  /\) i\s+join resource r on r\.tenant = \$1 and r\.key = i\.key/g,
  /from resource \w+ (?=join resource \w+ on)/g,
  /\(select o\.type from resource o where o\.tenant = \$1 and o\.key = f\.key\)/g,
];

const compiled = (text: string, rest: object = {}) => {
  const [type = '', query = ''] = text.split('?', 2);
  const scope = resourceTypes.find((each) => each === type);
  if (scope === undefined) throw new Error(type);
  const parsed = parseSearch(scope, query);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const statement = compileSearch(
    { ...parsed.value, ...rest },
    { tenant: 1, dictionary, gate: marking, position: null, count: 10 },
  );
  if (!statement.ok) throw new Error(statement.error);
  return statement.value.text;
};

describe('STO-12 the access rule at every alias of a search', () => {
  it.each([
    'Observation?patient.name=a',
    'Observation?patient.organization.name=a',
    'Observation?encounter.type=a&_total=accurate',
    'Patient?_has:Observation:patient:code=a',
    'Patient?_has:Observation:patient:_has:Provenance:target:agent=a',
    'Observation?_include=Observation:patient&_include:iterate=Patient:organization',
    'Patient?_revinclude=Observation:patient&_summary=count',
    'Encounter?_revinclude:iterate=Observation:encounter&_sort=-date',
  ])('%s', (text) => {
    expect(ungated(compiled(text))).toEqual([]);
  });

  it('finds a sub-query without it', () => {
    const text = compiled('Observation?patient.name=a');
    expect(text).toContain('gated(x1)');
    expect(ungated(text.replaceAll('gated(x1)', 'true'))).toContain('x1');
    const included = compiled('Observation?_include=Observation:encounter');
    const marks = [...included.matchAll(/gated\((x\d+)\)/g)].map(([, alias]) => alias ?? '');
    expect(marks.length).toBeGreaterThan(0);
    for (const alias of marks) {
      expect(ungated(included.replaceAll(`gated(${alias})`, 'true'))).toContain(alias);
    }
  });

  it.skipIf(!hasSharedData())('random searches, with sorts and includes', () => {
    const draws = seededRandom(11);
    const world = new OracleWorld(publishedExamples());
    const random = new RandomSearches(world, draws);
    for (let nth = 0; nth < runs(SEARCHES); nth++) {
      const { type, query } = random.next();
      const parsed = parseSearch(type, query);
      if (!parsed.ok) throw new Error(query);
      const found = [...world.search(parsed.value)];
      const includes =
        found.length === 0 ? [] : randomIncludes(parsed.value, { world, found, draws });
      const text = compiled(`${type}?${query}`, { includes, sort: randomSort(type, draws) });
      expect(ungated(text), `${type}?${query}`).toEqual([]);
    }
  });
});
