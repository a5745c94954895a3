import type { Resource } from '../../resource.ts';
import { isResourceType, type ResourceType } from '../../resource-types.ts';
import type { IndexEntries } from '../../search/index-entries.ts';
import type { SearchParameter } from '../../search/search-parameter.ts';
import { searchParametersOf } from '../../search/search-parameters.ts';
import { lastUpdated, type OracleWorld } from './oracle-world.ts';
import {
  type Draws,
  dateValueOf,
  escaped,
  nearSample,
  numberValueOf,
  partValueOf,
  quantityValueOf,
  referenceSample,
  rowsUnder,
  type Sample,
  stringSample,
  tokenSample,
  tokenValueOf,
  uriSample,
} from './sample-values.ts';

export interface RandomSearch {
  readonly type: ResourceType;
  /** Query string, escaped for a URL. */
  readonly query: string;
}

const KINDS = [
  ...(['token', 'token', 'string', 'date', 'date', 'reference', 'reference', 'uri'] as const),
  ...(['quantity', 'quantity', 'number', 'composite', 'composite', 'phonetic', 'near'] as const),
];

const ON_ROW = ['id', 'lastUpdated'] as const;

/**
 * Draws searches whose values come from the resources of a world, so that most of them find
 * something: every kind of parameter, prefix and modifier but those that need value sets, chains and
 * `_has`. The same seed draws the same searches.
 */
export class RandomSearches {
  readonly #world: OracleWorld;
  readonly #draws: Draws;
  readonly #byType: ReadonlyMap<ResourceType, readonly Resource[]>;
  readonly #rare: readonly Resource[];

  constructor(world: OracleWorld, draws: Draws) {
    this.#world = world;
    this.#draws = draws;
    const byType = new Map<ResourceType, Resource[]>();
    for (const resource of world.resources()) {
      const { resourceType } = resource;
      byType.set(resourceType, [...(byType.get(resourceType) ?? []), resource]);
    }
    this.#byType = byType;
    this.#rare = world.resources().filter((resource) => {
      const { numbers, positions } = world.rowsOf(resource);
      return numbers.length + positions.length > 0;
    });
  }

  next(): RandomSearch {
    const draws = this.#draws;
    const first = this.#first();
    const type = first.resourceType;
    const pairs = new URLSearchParams();
    const wanted = 1 + (draws.chance(0.35) ? 1 : 0) + (draws.chance(0.1) ? 1 : 0);
    for (let i = 0; i < wanted; i++) {
      const [name, value] = this.#condition(i === 0 ? first : this.#drawn(type), 0);
      pairs.append(name, value);
    }
    return { type, query: pairs.toString() };
  }

  /**
   * One search on these parameters together, from a resource that has a value of each, where there is
   * one; else from resources that have some, or made up.
   */
  about(type: ResourceType, names: readonly string[]): URLSearchParams {
    const resources = this.#byType.get(type) ?? [];
    const conditions = (resource: Resource) =>
      names.map((name) => this.#plain(resource, name) ?? this.#anybody(type, name));
    const whole = resources.find((resource) =>
      names.every((name) => this.#plain(resource, name) !== undefined),
    );
    const chosen = whole ?? resources[0];
    const pairs = new URLSearchParams();
    const all =
      chosen === undefined ? names.map((name) => [name, 'x'] as const) : conditions(chosen);
    for (const [name, value] of all) pairs.append(name, value);
    return pairs;
  }

  /** The parameter with a value of this resource, if it has one. */
  #plain(resource: Resource, name: string): readonly [string, string] | undefined {
    const parameter = searchParametersOf(resource.resourceType).get(name);
    const rows = this.#world.rowsOf(resource);
    const sample = parameter && this.#sample(parameter, resource, rows);
    return sample && [`${name}${sample.modifier}`, sample.value];
  }

  #anybody(type: ResourceType, name: string): readonly [string, string] {
    for (const resource of this.#byType.get(type) ?? []) {
      const found = this.#plain(resource, name);
      if (found !== undefined) return found;
    }
    return searchParametersOf(type).get(name)?.kind === 'date' ? [name, '2024'] : [name, 'x'];
  }

  /** One with a rare kind of value, one of any type, or one of all, which favours common types. */
  #first(): Resource {
    const draws = this.#draws;
    if (this.#rare.length > 0 && draws.chance(0.1)) return draws.pick(this.#rare);
    return draws.chance(0.5)
      ? this.#drawn(draws.pick([...this.#byType.keys()]))
      : draws.pick(this.#world.resources());
  }

  #drawn(type: ResourceType): Resource {
    return this.#draws.pick(this.#byType.get(type) ?? []);
  }

  /** One parameter that the resource itself may meet. */
  #condition(resource: Resource, links: number): readonly [string, string] {
    if (links < 2 && this.#draws.chance(0.25)) {
      const linked = this.#draws.chance(0.5)
        ? this.#chain(resource, links)
        : this.#has(resource, links);
      if (linked !== undefined) return linked;
    }
    return this.#own(resource);
  }

  #own(resource: Resource): readonly [string, string] {
    const rows = this.#world.rowsOf(resource);
    const parameters = [...searchParametersOf(resource.resourceType).values()];
    for (let tries = 0; tries < 40; tries++) {
      // Kind first, or tokens and references would crowd out the others.
      const kind = this.#draws.pick(KINDS);
      const onRow = this.#draws.chance(0.02) ? this.#draws.pick(ON_ROW) : undefined;
      const ofKind = parameters.filter((one) => one.kind === (onRow ?? kind));
      if (ofKind.length === 0) continue;
      const parameter = this.#draws.pick(ofKind);
      const { code, modifiers } = parameter;
      if (modifiers.includes('missing') && this.#draws.chance(0.02)) {
        return [`${code}:missing`, String(this.#draws.chance(0.5))];
      }
      const sample = this.#sample(parameter, resource, rows);
      if (sample === undefined) continue;
      const more = this.#draws.chance(0.2) ? this.#alternative(parameter, sample) : '';
      return [`${code}${sample.modifier}`, `${sample.value}${more}`];
    }
    return ['_id', resource.id ?? ''];
  }

  /** `,value` from another resource of the type, if it goes with the same modifier. */
  #alternative(parameter: SearchParameter, { modifier }: Sample): string {
    const type = [...this.#byType.keys()].find(
      (one) => searchParametersOf(one).get(parameter.code) === parameter,
    );
    if (type === undefined) return '';
    const other = this.#drawn(type);
    const sample = this.#sample(parameter, other, this.#world.rowsOf(other));
    return sample?.modifier === modifier ? `,${sample.value}` : '';
  }

  #sample(parameter: SearchParameter, resource: Resource, all: IndexEntries): Sample | undefined {
    const { code, kind, targets } = parameter;
    const draws = this.#draws;
    const rows = rowsUnder(all, code);
    const derived = this.#derived(parameter, all);
    if (derived !== undefined && draws.chance(0.2)) return derived;
    const from = <Row>(list: readonly Row[], make: (row: Row) => Sample): Sample | undefined =>
      list.length === 0 ? undefined : make(draws.pick(list));
    const plain = (value: string): Sample => ({ modifier: '', value });
    switch (kind) {
      case 'id':
        return { modifier: draws.chance(0.2) ? ':not' : '', value: resource.id ?? '' };
      case 'lastUpdated': {
        const start = Date.parse(lastUpdated(resource));
        if (Number.isNaN(start)) return undefined;
        return plain(dateValueOf({ start, end: start + 1 }, draws));
      }
      case 'token':
        return from(rows.tokens, (row) => tokenSample(row, draws));
      case 'phonetic':
        return from(rowsUnder(all, 'name').strings, ({ exact }) =>
          /^[A-Za-z]+$/.test(exact) ? plain(exact) : plain('Smith'),
        );
      case 'string':
        return from(rows.strings, (row) => stringSample(row, draws));
      case 'date':
        return from(rows.dates, (row) => plain(dateValueOf(row, draws)));
      case 'number':
        return from(rows.numbers, (row) => plain(numberValueOf(row, draws)));
      case 'quantity':
        return from(rows.quantities, (row) => plain(quantityValueOf(row, draws)));
      case 'reference':
        return from(
          rows.references.filter((row) => 'id' in row || !row.uri.startsWith('#')),
          (row) => referenceSample(row, targets.length, draws),
        );
      case 'uri':
        return from(rows.uris, (row) => uriSample(row, draws));
      case 'near':
        return from(rows.positions, (row) => nearSample(row, draws));
      case 'composite':
        return from(rows.composites, ({ parts }) =>
          plain(parts.map((part) => partValueOf(part, draws)).join('$')),
        );
    }
  }

  /** `:text`, `:of-type`, `:identifier` where the resource has rows for them. */
  #derived({ code }: SearchParameter, all: IndexEntries): Sample | undefined {
    const draws = this.#draws;
    const samples: Sample[] = [];
    for (const { exact } of rowsUnder(all, `${code}:text`).strings) {
      const value = escaped(exact.slice(0, 1 + draws.below(exact.length)));
      samples.push({ modifier: ':text', value });
    }
    for (const { system, code: typed } of rowsUnder(all, `${code}:of-type`).tokens) {
      const [kind = '', ...value] = typed.split('|');
      const parts = [system ?? '', kind, value.join('|')].map(escaped);
      samples.push({ modifier: ':of-type', value: parts.join('|') });
    }
    for (const row of rowsUnder(all, `${code}:identifier`).tokens) {
      samples.push({ modifier: ':identifier', value: tokenValueOf(row, draws) });
    }
    return samples.length === 0 ? undefined : draws.pick(samples);
  }

  #chain(resource: Resource, links: number): readonly [string, string] | undefined {
    const parameters = searchParametersOf(resource.resourceType);
    const references = this.#world.rowsOf(resource).references.flatMap((row) => {
      const target = 'id' in row ? this.#world.find(row.type, row.id) : undefined;
      return target === undefined ? [] : [{ param: row.param, target }];
    });
    if (references.length === 0) return undefined;
    const { param, target } = this.#draws.pick(references);
    const targets = parameters.get(param)?.targets.length ?? 0;
    const [name, value] = this.#condition(target, links + 1);
    const named = targets !== 1 && (targets > 8 || this.#draws.chance(0.7));
    return [`${param}${named ? `:${target.resourceType}` : ''}.${name}`, value];
  }

  #has(resource: Resource, links: number): readonly [string, string] | undefined {
    const sources = this.#world.referring(resource);
    if (sources.length === 0) return undefined;
    const { param, source } = this.#draws.pick(sources);
    if (!isResourceType(source.resourceType)) return undefined;
    const [name, value] = this.#condition(source, links + 1);
    return [`_has:${source.resourceType}:${param}:${name}`, value];
  }
}
