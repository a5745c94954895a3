import { FhirPathError } from './fhirpath-error.ts';
import type { Collection, Item } from './item.ts';
import { kindOf } from './kind.ts';

/** What an expression may refer to. */
export interface Environment {
  /** `%resource`: the resource that holds the focus. */
  readonly resource: Item;
  /** `%rootResource`: the resource that holds `%resource`, or `%resource` itself. */
  readonly rootResource: Item;
  /** `%context`: what evaluation started from. */
  readonly context: Collection;
  /** `now()`, ISO 8601 with its zone. */
  readonly now?: string;
  /** Further `%name`s. */
  readonly variables?: Readonly<Record<string, Collection>>;
  /** `resolve()`; where absent it finds only what `%rootResource` contains. */
  readonly resolve?: (reference: string) => Item | undefined;
}

/** `$this`, `$index` and `$total` while an evaluation runs: iterating functions set them. */
export interface Scope {
  readonly environment: Environment;
  self: Collection;
  index: number;
  total: Collection;
  /** Items visited so far, up to MAX_VISITS. */
  visits: number;
  /** What expressions that depend on the environment alone have given, by expression. */
  readonly fixed: Map<Evaluate, Collection>;
}

/**
 * Items that one evaluation may visit: nested iterations multiply, and neither an expression from
 * outside nor a hostile resource may buy more.
 */
const MAX_VISITS = 2_000_000;

/** @throws FhirPathError where an evaluation has visited too much */
export function countVisits(scope: Scope, items: number): void {
  scope.visits += items;
  if (scope.visits > MAX_VISITS) throw new FhirPathError('execution', 'too costly');
}

/** A compiled expression. */
export type Evaluate = (scope: Scope) => Collection;

/** A compiled expression of which only the truth is asked: spares the collections on the way. */
export type Truth = (scope: Scope) => boolean | undefined;

/** The only item; undefined for none. @throws FhirPathError for several */
export function single(collection: Collection, what: string): Item | undefined {
  if (collection.length > 1) {
    throw new FhirPathError('execution', `${what} takes one item, not several`);
  }
  return collection[0];
}

/** A collection where a truth is asked: any single item that is no boolean counts as true. */
export function truthOf(collection: Collection): boolean | undefined {
  const item = single(collection, 'a condition');
  if (item === undefined) return undefined;
  return typeof item.value === 'boolean' ? item.value : true;
}

/** The text of a single string; undefined for none. @throws FhirPathError for other kinds */
export function textOf(collection: Collection, what: string): string | undefined {
  const item = single(collection, what);
  if (item === undefined || item.value === undefined) return undefined;
  if (typeof item.value === 'string' && kindOf(item) === 'string') return item.value;
  throw new FhirPathError('execution', `${what} takes a string`);
}

/** The value of a single number; undefined for none. @throws FhirPathError for other kinds */
export function numberOf(collection: Collection, what: string): number | undefined {
  const item = single(collection, what);
  if (item === undefined || item.value === undefined) return undefined;
  if (typeof item.value === 'number') return item.value;
  throw new FhirPathError('execution', `${what} takes a number`);
}
