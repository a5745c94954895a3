import type { Criterion, IndexEntries } from '@holdfast/fhir';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import type { SubscriptionModel, Trigger } from '../model/subscription.ts';
import type { Indexed } from './meets-criteria.ts';
import { isTriggered, type ObservedChange } from './trigger.ts';

/** Names a subscription within the process: `tenant/id`. */
export type SubscriptionKey = string;

interface Filed {
  readonly key: SubscriptionKey;
  readonly tenant: number;
  readonly model: SubscriptionModel;
  /** Where it is filed, to take it out again. */
  readonly buckets: readonly string[];
}

/**
 * Active subscriptions filed under the value that is rarest in what they ask for, so that a change
 * looks at the few it can concern: a change costs what matches, not what is subscribed to.
 */
export class SubscriptionIndex {
  readonly #filed = new Map<SubscriptionKey, Filed>();
  readonly #buckets = new Map<string, Map<SubscriptionKey, Filed>>();
  /** Per tenant and type, the parameters anything is filed under and how much. */
  readonly #params = new Map<string, Map<string, number>>();

  get size(): number {
    return this.#filed.size;
  }

  put(tenant: number, model: SubscriptionModel): void {
    const key = `${tenant}/${model.id}`;
    this.remove(key);
    const buckets = [...new Set(model.triggers.flatMap((each) => bucketsOf(tenant, each, model)))];
    const filed = { key, tenant, model, buckets };
    this.#filed.set(key, filed);
    for (const bucket of buckets) {
      const members = this.#buckets.get(bucket) ?? new Map<SubscriptionKey, Filed>();
      members.set(key, filed);
      this.#buckets.set(bucket, members);
      this.#count(bucket, 1);
    }
  }

  remove(key: SubscriptionKey): void {
    const filed = this.#filed.get(key);
    if (filed === undefined) return;
    this.#filed.delete(key);
    for (const bucket of filed.buckets) {
      const members = this.#buckets.get(bucket);
      members?.delete(key);
      if (members?.size === 0) this.#buckets.delete(bucket);
      this.#count(bucket, -1);
    }
  }

  get(key: SubscriptionKey): SubscriptionModel | null {
    return this.#filed.get(key)?.model ?? null;
  }

  clear(): void {
    this.#filed.clear();
    this.#buckets.clear();
    this.#params.clear();
  }

  /** Whether anything at all listens to a type. */
  concerns(tenant: number, type: string): boolean {
    return this.#params.has(`${tenant} ${type}`);
  }

  /** Subscriptions the change concerns, consent aside. */
  matching(tenant: number, change: ObservedChange): readonly SubscriptionModel[] {
    const candidates = this.candidates(tenant, change);
    return [...candidates].filter((model) => isTriggered(model, change));
  }

  /** Those that must be looked at: every matching one is among them. */
  candidates(tenant: number, change: ObservedChange): ReadonlySet<SubscriptionModel> {
    const found = new Set<SubscriptionModel>();
    const scope = `${tenant} ${change.type}`;
    const params = this.#params.get(scope);
    if (params === undefined) return found;
    const take = (bucket: string) => {
      for (const { model } of this.#buckets.get(bucket)?.values() ?? []) found.add(model);
    };
    take(scope);
    for (const version of [change.current, change.previous]) {
      if (version === null) continue;
      for (const value of valuesOf(version, params)) take(`${scope} ${value}`);
    }
    return found;
  }

  #count(bucket: string, by: number): void {
    const [tenant, type, param = ''] = bucket.split(' ', 3);
    const scope = `${tenant} ${type}`;
    const params = this.#params.get(scope) ?? new Map<string, number>();
    const left = (params.get(param) ?? 0) + by;
    if (left > 0) params.set(param, left);
    else params.delete(param);
    if (params.size > 0) this.#params.set(scope, params);
    else this.#params.delete(scope);
  }
}

/** `TENANT TYPE PARAM VALUE` for each value of the rarest criterion, or `TENANT TYPE` without one. */
function bucketsOf(tenant: number, trigger: Trigger, model: SubscriptionModel): string[] {
  const scope = `${tenant} ${trigger.type}`;
  const needed = model.filters
    .filter(({ type }) => type === null || type === trigger.type)
    .flatMap(({ criteria }) => criteria);
  // Only what always has to hold of the version there is: a trigger's own tests may be alternatives.
  const own = trigger.previous === null || trigger.requireBoth ? (trigger.current ?? []) : [];
  const always = trigger.interactions.has('delete') && trigger.resultForDelete ? [] : own;
  const best = [...needed, ...always]
    .map((criterion) => ({ criterion, keys: keysOf(criterion) }))
    .filter(({ keys }) => keys !== null && keys.length <= SUBSCRIPTION_LIMITS.indexedValues)
    .sort((a, b) => selectivity(a.criterion) - selectivity(b.criterion))[0];
  return best?.keys?.map((key) => `${scope} ${key}`) ?? [scope];
}

/** The values of which a matching resource has one; null where that cannot be said. */
function keysOf(criterion: Criterion): readonly string[] | null {
  switch (criterion.kind) {
    case 'id':
      return criterion.modifier === undefined ? criterion.values.map((id) => `_id ${id}`) : null;
    case 'reference':
      return criterion.values.map((value) =>
        'uri' in value ? `${criterion.param} u${value.uri}` : `${criterion.param} ${value.id}`,
      );
    case 'token':
      if (criterion.modifier === 'not' || criterion.values.some(({ code }) => code === undefined)) {
        return null;
      }
      return criterion.values.map(({ code }) => `${criterion.param} ${code}`);
    default:
      return null;
  }
}

/** Lower is rarer: one resource, one subject, one code. */
function selectivity({ kind }: Criterion): number {
  return kind === 'id' ? 0 : kind === 'reference' ? 1 : 2;
}

function* valuesOf(version: Indexed, params: ReadonlyMap<string, number>): Generator<string> {
  const { tokens, references }: IndexEntries = version.entries;
  if (params.has('_id')) yield `_id ${version.resource.id}`;
  for (const row of references) {
    if (!params.has(row.param)) continue;
    yield 'uri' in row ? `${row.param} u${row.uri}` : `${row.param} ${row.id}`;
  }
  for (const { param, code } of tokens) if (params.has(param)) yield `${param} ${code}`;
}
