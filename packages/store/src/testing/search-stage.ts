import {
  localReferences,
  parseSearch,
  type Resource,
  type ResourceType,
  resourceTypes,
  rewriteReferences,
  type SearchQuery,
  type SearchScope,
} from '@holdfast/fhir';
import {
  type AccessGate,
  type GateSource,
  type Identified,
  type SearchPage,
  search,
  type WriteIntent,
} from '../index.ts';
import { type StoreStage, seal, storeStage, tenant } from './store-stage.ts';

/** A gate that hides resources by name, `Type/id`, in SQL alone: what its predicate lets out is out. */
export function gateHiding(hidden: ReadonlySet<string>): GateSource {
  const names = [...hidden];
  // Types have the codes 1, 2, ..., as arrays count.
  const typeNames = `array[${resourceTypes.map((type) => `'${type}'`).join(',')}]`;
  const gate: AccessGate = {
    epoch: 1_000n,
    validUntil: Number.POSITIVE_INFINITY,
    decide: () => ({ kind: 'release' }),
    hides: () => [],
    // As costly as a real one: a look at the state of the row's patient.
    releasable: (row, bind) =>
      `(select ((${typeNames})[${row}.type] || '/' || ${row}.id) <> all(${bind(names)}::text[])
        from (select 1) one left join patient_state s
          on s.tenant = ${row}.tenant and s.patient = ${row}.patient)`,
  };
  return { current: () => gate, refresh: async () => gate };
}

export const seeAll = gateHiding(new Set());

/** A store on a database of its own, searched as a caller would search it. */
export class SearchStage {
  readonly #stage: StoreStage;

  private constructor(stage: StoreStage) {
    this.#stage = stage;
  }

  static async open(): Promise<SearchStage> {
    return new SearchStage(await storeStage());
  }

  get database() {
    return this.#stage.database;
  }

  get dictionary() {
    return this.#stage.dictionary;
  }

  /** In one write, since examples refer to each other in circles. */
  load = (resources: readonly Identified[]) =>
    this.write(resources.map((resource) => ({ kind: 'create', resource })));

  write = (intents: readonly WriteIntent[]) => this.#stage.write(intents, seeAll);

  analyze = () => this.database.pool.query('analyze');

  page(query: SearchQuery, gates: GateSource = seeAll): Promise<SearchPage> {
    const { dictionary, database } = this;
    return search(query, { db: database.appPool, tenant, dictionary, seal, gates });
  }

  /** `Type/id` of the matches, page after page until there is none. */
  async all(query: SearchQuery, gates: GateSource = seeAll): Promise<string[]> {
    const names: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: SearchPage = await this.page(
        cursor === undefined ? query : { ...query, cursor },
        gates,
      );
      names.push(...page.versions.map(({ type, id }) => `${type}/${id}`));
      cursor = page.next;
    }
    return names;
  }

  /** The same of a search as it is written. */
  find(scope: ResourceType | SearchScope, text: string, gates: GateSource = seeAll) {
    return this.all(parsed(scope, text), gates);
  }

  drop(): Promise<void> {
    return this.#stage.database.drop();
  }
}

export function parsed(scope: ResourceType | SearchScope, text: string): SearchQuery {
  const query = parseSearch(scope, text);
  if (!query.ok) throw new Error(`${text}: ${JSON.stringify(query.error)}`);
  if (query.value.unknown.length > 0) throw new Error(`${text}: unknown parameter`);
  return query.value;
}

/**
 * Examples as they can be stored together: each name once, references that lead nowhere made
 * absolute.
 */
export function storable(resources: readonly Resource[]): Identified[] {
  const byName = new Map<string, Identified>();
  for (const resource of resources) {
    if (resource.id === undefined) continue;
    const name = `${resource.resourceType}/${resource.id}`;
    if (!byName.has(name)) byName.set(name, { ...resource, id: resource.id });
  }
  return [...byName.values()].map((resource) => {
    const lost = localReferences(resource)
      .map(({ type, id, version }) => ({ name: `${type}/${id}`, version }))
      .filter(({ name }) => !byName.has(name));
    const map = new Map(
      lost.map(({ name, version }) => {
        const text = version === undefined ? name : `${name}/_history/${version}`;
        return [text, `http://elsewhere.example/fhir/${text}`];
      }),
    );
    return map.size === 0 ? resource : { ...rewriteReferences(resource, map), id: resource.id };
  });
}
