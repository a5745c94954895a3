import { definitions } from '../../definitions.ts';
import { textOf } from '../../json.ts';
import { MAX_INCLUDE_ROUNDS } from '../../limits.ts';
import type { Resource } from '../../resource.ts';
import type { IndexEntries, ReferenceEntry } from '../../search/index-entries.ts';
import type { Criterion } from '../../search/search-criterion.ts';
import type { Include, SearchQuery, SortKey } from '../../search/search-query.ts';
import { naiveRange, obj } from './naive-values.ts';
import { oracleEntries } from './oracle-entries.ts';
import { dateMatches, meetsOwn } from './oracle-match.ts';

interface Known {
  readonly name: string;
  readonly resource: Resource;
  readonly rows: IndexEntries;
}

type SortValue = string | number;

/** A handful of resources, searched by looking at every one of them. */
export class OracleWorld {
  readonly #known = new Map<string, Known>();
  readonly #referring = new Map<string, { param: string; source: Resource }[]>();

  /** @param resources as stored: with `id` and `meta.lastUpdated` */
  constructor(resources: Iterable<Resource>) {
    for (const resource of resources) {
      const name = nameOf(resource);
      const rows = oracleEntries(resource);
      this.#known.set(name, { name, resource, rows });
      for (const row of rows.references) {
        if ('uri' in row) continue;
        const target = `${row.type}/${row.id}`;
        const found = this.#referring.get(target) ?? [];
        found.push({ param: row.param, source: resource });
        this.#referring.set(target, found);
      }
    }
  }

  resources(): readonly Resource[] {
    return [...this.#known.values()].map(({ resource }) => resource);
  }

  rowsOf(resource: Resource): IndexEntries {
    return this.#named(nameOf(resource)).rows;
  }

  find(type: string, id: string): Resource | undefined {
    return this.#known.get(`${type}/${id}`)?.resource;
  }

  /** What points at a resource, and through which parameter. */
  referring(to: Resource): readonly { readonly param: string; readonly source: Resource }[] {
    return this.#referring.get(nameOf(to)) ?? [];
  }

  /** `Type/id` of every match, whatever the page size, in no order. */
  search({ types, criteria }: Pick<SearchQuery, 'types' | 'criteria'>): ReadonlySet<string> {
    const found = [...this.#known.values()].filter(
      ({ resource: { resourceType } }) => types.length === 0 || types.includes(resourceType),
    );
    return new Set(
      found
        .filter((one) => criteria.every((criterion) => this.#meets(criterion, one)))
        .map(({ name }) => name),
    );
  }

  /** `Type/id` of what the includes of a search add to a page, without the page itself. */
  included(includes: readonly Include[], page: Iterable<string>): ReadonlySet<string> {
    const matches = new Set(page);
    const all = new Set(matches);
    let from: ReadonlySet<string> = matches;
    for (let round = 0; round < 1 + MAX_INCLUDE_ROUNDS && from.size > 0; round++) {
      const wanted = round === 0 ? includes : includes.filter(({ iterate }) => iterate);
      const next = new Set<string>();
      for (const include of wanted) {
        for (const name of this.#reached(include, from)) if (!all.has(name)) next.add(name);
      }
      for (const name of next) all.add(name);
      from = next;
    }
    return new Set([...all].filter((name) => !matches.has(name)));
  }

  /**
   * What a resource is sorted by, key by key: its smallest value ascending, its largest descending,
   * and undefined where it has none.
   */
  sortValues(keys: readonly SortKey[], name: string): readonly (SortValue | undefined)[] {
    return keys.map(({ param, kind, direction }) => {
      const { resource, rows } = this.#named(name);
      const of = <Row extends { readonly param: string }>(
        list: readonly Row[],
        value: (row: Row) => SortValue,
      ): SortValue[] => list.filter((row) => row.param === param).map(value);
      const values: Readonly<Record<string, () => SortValue[]>> = {
        id: () => [resource.id ?? ''],
        lastUpdated: () => [Date.parse(lastUpdated(resource))],
        token: () => of(rows.tokens, ({ code }) => code),
        string: () => of(rows.strings, ({ folded }) => folded),
        uri: () => of(rows.uris, ({ uri }) => uri),
        date: () => of(rows.dates, ({ start }) => start),
        number: () => of(rows.numbers, ({ low }) => low),
        quantity: () => of(rows.quantities, ({ low }) => low),
        reference: () => of(rows.references, (row) => ('uri' in row ? row.uri : row.id)),
      };
      const sorted = (values[kind]?.() ?? []).sort(compareValues);
      return direction === 'ascending' ? sorted[0] : sorted.at(-1);
    });
  }

  #named(name: string): Known {
    const known = this.#known.get(name);
    if (known === undefined) throw new Error(`the oracle does not know ${name}`);
    return known;
  }

  #meets(criterion: Criterion, one: Known): boolean {
    const { resource, rows, name } = one;
    switch (criterion.kind) {
      case 'id':
        return criterion.values.includes(resource.id ?? '') !== (criterion.modifier === 'not');
      case 'lastUpdated': {
        const range = naiveRange(lastUpdated(resource));
        return range !== undefined && criterion.values.some((value) => dateMatches(value, range));
      }
      case 'chain':
        return this.#targets(rows.references, criterion.param).some((target) =>
          criterion.targets.some(
            ({ type, criterion: next }) =>
              target.resource.resourceType === type && this.#meets(next, target),
          ),
        );
      case 'has':
        return this.referring(resource).some(
          ({ param, source }) =>
            source.resourceType === criterion.type &&
            param === criterion.param &&
            this.#meets(criterion.criterion, this.#named(nameOf(source))),
        );
      case 'compartment':
        return (
          this.#inCompartment(criterion.compartment, criterion.id, one) ||
          name === `${criterion.compartment}/${criterion.id}`
        );
      case 'careDates':
        throw new Error('no search has it: what an operation asks is compared in its own test');
      case 'valueSet':
      case 'subsumption':
        throw new Error('expand value sets before asking the oracle');
      default:
        return meetsOwn(criterion, rows);
    }
  }

  /** The resources that literal local references under a parameter lead to. */
  #targets(references: readonly ReferenceEntry[], param: string): Known[] {
    return references.flatMap((row) => {
      if ('uri' in row || (param !== '*' && row.param !== param)) return [];
      const target = this.#known.get(`${row.type}/${row.id}`);
      return target === undefined ? [] : [target];
    });
  }

  #inCompartment(compartment: string, id: string, { resource, rows }: Known): boolean {
    const params = definitions().compartments[compartment]?.[resource.resourceType] ?? [];
    return rows.references.some(
      (row) =>
        params.includes(row.param) && 'id' in row && row.type === compartment && row.id === id,
    );
  }

  #reached({ direction, source, param, targets }: Include, from: ReadonlySet<string>): string[] {
    const fits = (known: Known): boolean => targets?.includes(known.resource.resourceType) ?? true;
    const isSource = (known: Known): boolean =>
      source === '*' || known.resource.resourceType === source;
    if (direction === 'include') {
      return [...from]
        .map((name) => this.#named(name))
        .filter(isSource)
        .flatMap(({ rows }) => this.#targets(rows.references, param))
        .filter(fits)
        .map(({ name }) => name);
    }
    return [...this.#known.values()]
      .filter(isSource)
      .filter(({ rows }) =>
        this.#targets(rows.references, param).some((known) => fits(known) && from.has(known.name)),
      )
      .map(({ name }) => name);
  }
}

export const lastUpdated = (resource: Resource): string =>
  textOf(obj(resource['meta'])['lastUpdated']) ?? '';

const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`;

/** Numbers by size, texts by their UTF-8 bytes (PostgreSQL's collation "C"). */
export function compareValues(a: SortValue, b: SortValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
