import {
  extractIndexEntries,
  localReferences,
  parseSearch,
  planTransaction,
  type Resource,
  type ResourceType,
  type SearchQuery,
} from '@holdfast/fhir';
import {
  compareValues,
  type Draws,
  hasSharedData,
  OracleWorld,
  publishedExamples,
  RandomSearches,
  syntheaBundles,
  usCoreCapabilities,
} from '@holdfast/fhir/testing';
import { runs, seededRandom } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateSource, Identified } from '../index.ts';
import { randomCount, randomIncludes, randomSort } from '../testing/random-results.ts';
import { gateHiding, SearchStage, seeAll, storable } from '../testing/search-stage.ts';

const SEARCHES = 1_000;
const SOAKED = 20_000;
/** Entries of a Synthea bundle up to which it is loaded: two of the records, for the time it takes. */
const SMALL_BUNDLE = 112;

const COMBINATION =
  'http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination';

interface Capability {
  readonly type: ResourceType;
  readonly searchParam?: readonly { readonly name: string }[];
  readonly extension?: readonly {
    readonly url: string;
    readonly extension: readonly { readonly valueString?: string }[];
  }[];
}

/** Published examples and whole records. */
function examples(): readonly Identified[] {
  let id = 0;
  const records = syntheaBundles()
    .filter((bundle) => (bundle['entry'] as unknown[]).length < SMALL_BUNDLE)
    .flatMap((bundle) => {
      const plan = planTransaction(bundle, { newId: () => `synthea-${id++}` });
      if (!plan.ok) throw new Error(JSON.stringify(plan.error.slice(0, 3)));
      return plan.value.entries.flatMap((entry) =>
        entry.method === 'create' ? [entry.resource] : [],
      );
    });
  return withoutLostCanonicals(storable([...publishedExamples(), ...records]));
}

/** A relative canonical that leads nowhere has no index row, so that nothing could find it. */
function withoutLostCanonicals(resources: readonly Identified[]): readonly Identified[] {
  const names = new Set(resources.map(nameOf));
  const kept = resources.filter((resource) => {
    const literal = new Set(localReferences(resource).map(({ type, id }) => `${type}/${id}`));
    return extractIndexEntries(resource).references.every((row) => {
      const name = 'uri' in row ? undefined : `${row.type}/${row.id}`;
      return name === undefined || names.has(name) || literal.has(name);
    });
  });
  return kept.length === resources.length ? kept : withoutLostCanonicals(storable(kept));
}

const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`;
const sorted = (names: Iterable<string>): string[] => [...names].sort();

describe.skipIf(!hasSharedData())('a search, held against a brute-force oracle,', () => {
  let stage: SearchStage;
  let world: OracleWorld;

  beforeAll(async () => {
    stage = await SearchStage.open();
    await stage.load(examples());
    const { rows } = await stage.database.pool.query<{ content: string }>(
      'select content from resource',
    );
    world = new OracleWorld(rows.map(({ content }) => JSON.parse(content) as Resource));
  }, 180_000);
  afterAll(() => stage.drop());

  /** Random searches with what the oracle finds, from a seed. */
  function* searches(draws: Draws, count: number): Generator<Drawn> {
    const random = new RandomSearches(world, draws);
    for (let i = 0; i < count; i++) {
      const { type, query: text } = random.next();
      const parsed = parseSearch(type, text);
      if (!parsed.ok) throw new Error(`${type}?${text}: ${JSON.stringify(parsed.error)}`);
      const query = parsed.value;
      yield { type, query, expected: world.search(query), text: `${type}?${text}` };
    }
  }

  it('finds the same, once each, in the order asked for, whatever the page size', {
    timeout: 3_600_000,
  }, async () => {
    expect.hasAssertions();
    const draws = seededRandom(20_261_124);
    for (const drawn of searches(draws, runs(SEARCHES, SOAKED))) {
      await findsTheSame(drawn, { world, gates: seeAll, draws });
    }
  });

  it('includes and counts the same', { timeout: 3_600_000 }, async () => {
    expect.hasAssertions();
    const draws = seededRandom(42);
    for (const drawn of searches(draws, runs(SEARCHES / 4, SOAKED / 4))) {
      await includesTheSame(drawn, { world, gates: seeAll, draws });
    }
  });

  it('shows who may not see all what they would find if the hidden were not there', {
    timeout: 3_600_000,
  }, async () => {
    const draws = seededRandom(7);
    const hidden = new Set(
      world.resources().flatMap((resource) => (draws.chance(0.3) ? [nameOf(resource)] : [])),
    );
    const gates = gateHiding(hidden);
    const visible = new OracleWorld(
      world.resources().filter((resource) => !hidden.has(nameOf(resource))),
    );
    let less = 0;
    for (const drawn of searches(draws, runs(SEARCHES / 8, SOAKED / 8))) {
      const expected = visible.search(drawn.query);
      if (expected.size < drawn.expected.size) less++;
      const restricted = { ...drawn, expected };
      await findsTheSame(restricted, { world: visible, gates, draws });
      await includesTheSame(restricted, { world: visible, gates, draws });
    }
    expect(less).toBeGreaterThan(SEARCHES / 40);
  });

  describe('as US Core’s CapabilityStatement asks for it,', () => {
    const [rest] = usCoreCapabilities()['rest'] as unknown as { resource: Capability[] }[];
    const capabilities = rest?.resource ?? [];

    it('is answered: all 108 parameters', async () => {
      const asked = capabilities.flatMap(({ type, searchParam = [] }) =>
        searchParam.map(({ name }) => [type, [name]] as const),
      );
      expect(asked).toHaveLength(108);
      expect(await answered(asked)).toBeGreaterThan(80);
    });

    it('is answered: all 70 combinations', async () => {
      const asked = capabilities.flatMap(({ type, extension = [] }) =>
        extension
          .filter(({ url }) => url === COMBINATION)
          .map((one) => [type, one.extension.flatMap((part) => part.valueString ?? [])] as const),
      );
      expect(asked).toHaveLength(70);
      expect(await answered(asked)).toBeGreaterThan(40);
    });

    /** Holds each search against the oracle. @returns how many of them found something */
    async function answered(asked: readonly (readonly [ResourceType, readonly string[]])[]) {
      const random = new RandomSearches(world, seededRandom(108));
      let found = 0;
      for (const [type, names] of asked) {
        const text = random.about(type, names).toString();
        const parsed = parseSearch(type, text);
        if (!parsed.ok) throw new Error(`${type}?${text}: ${JSON.stringify(parsed.error)}`);
        expect(parsed.value.unknown, `${type}?${text}`).toEqual([]);
        const expected = world.search(parsed.value);
        expect(sorted(await stage.all(parsed.value)), `${type}?${text}`).toEqual(sorted(expected));
        if (expected.size > 0) found++;
      }
      return found;
    }
  });

  interface Drawn {
    readonly type: ResourceType;
    readonly query: SearchQuery;
    readonly expected: ReadonlySet<string>;
    readonly text: string;
  }

  interface Seen {
    readonly world: OracleWorld;
    readonly gates: GateSource;
    readonly draws: Draws;
  }

  async function findsTheSame({ type, query, expected, text }: Drawn, seen: Seen): Promise<void> {
    const sort = randomSort(type, seen.draws);
    const count = randomCount(expected.size, seen.draws);
    const found = await stage.all({ ...query, sort, count }, seen.gates);
    const said = `${text} by ${JSON.stringify(sort)} in pages of ${count}`;
    expect(sorted(found), said).toEqual(sorted(expected));
    expect(firstDisorder(found, { ...query, sort }), said).toBeUndefined();
  }

  async function includesTheSame({ query, expected, text }: Drawn, seen: Seen): Promise<void> {
    if (expected.size === 0) return;
    const includes = randomIncludes(query, { ...seen, found: [...expected] });
    const asked = { ...query, includes, total: 'accurate', count: 10 } as const;
    const page = await stage.page(asked, seen.gates);
    const said = `${text} with ${JSON.stringify(includes)}`;
    const matches = page.versions.map(({ type, id }) => `${type}/${id}`);
    expect(page.total, said).toEqual({ value: expected.size, exact: true });
    expect(sorted(page.included.map(({ type, id }) => `${type}/${id}`)), said).toEqual(
      sorted(seen.world.included(includes, matches)),
    );
  }

  /** The first two neighbours that stand the wrong way round; a row without a key comes last. */
  function firstDisorder(
    names: readonly string[],
    { sort }: Pick<SearchQuery, 'sort'>,
  ): readonly string[] | undefined {
    const keys = names.map((name) => world.sortValues(sort, name).map(known));
    const at = keys.findIndex((key, i) => {
      const next = keys[i + 1];
      return next !== undefined && compareKeys(key, next, sort) > 0;
    });
    return at < 0 ? undefined : names.slice(at, at + 2);
  }
});

/** A range without a beginning has no key to be sorted by. */
const known = (value: string | number | undefined) =>
  value === Number.NEGATIVE_INFINITY ? undefined : value;

type SortValues = readonly (string | number | undefined)[];

function compareKeys(a: SortValues, b: SortValues, sort: SearchQuery['sort']): number {
  for (const [i, { direction }] of sort.entries()) {
    const [left, right] = [a[i], b[i]];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    const order = compareValues(left, right);
    if (order !== 0) return direction === 'ascending' ? order : -order;
  }
  return 0;
}
