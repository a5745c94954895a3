import type { IssueCode } from '../issue.ts';
import type { ResourceType } from '../resource-types.ts';
import type { Criterion } from './search-criterion.ts';
import type { SearchKind } from './search-parameter.ts';

export interface SortKey {
  readonly param: string;
  readonly kind: SearchKind;
  readonly direction: 'ascending' | 'descending';
}

/**
 * One `_include` or `_revinclude` (https://hl7.org/fhir/R4/search.html#include). `include` adds what
 * the page's resources of type `source` point at through `param`; `revinclude` adds the resources of
 * type `source` that point at the page through `param`. `*` stands for every type or parameter.
 */
export interface Include {
  readonly direction: 'include' | 'revinclude';
  readonly source: ResourceType | '*';
  readonly param: string;
  /** Only references to these types. */
  readonly targets?: readonly ResourceType[];
  /** Applied to what was included too, up to MAX_INCLUDE_ROUNDS times. */
  readonly iterate: boolean;
}

/** A search as the store plans it. Deeply frozen. */
export interface SearchQuery {
  /** Types searched: one, several (`_type`), or none for every type there is. */
  readonly types: readonly ResourceType[];
  /** All of them hold. */
  readonly criteria: readonly Criterion[];
  readonly sort: readonly SortKey[];
  readonly includes: readonly Include[];
  /** Page size, 1 to MAX_COUNT. */
  readonly count: number;
  /** As received; only who sealed it can read it. */
  readonly cursor?: string;
  readonly total?: 'none' | 'estimate' | 'accurate';
  /** `count` also where `_count=0` was asked for: no rows, no includes, an accurate total. */
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  readonly elements?: readonly string[];
  /** Parameters the types do not have: refused under `handling=strict`, else reported. */
  readonly unknown: readonly string[];
}

/** Why a search was refused; `parameter` as the caller wrote it, never its value. */
export interface SearchProblem {
  readonly parameter: string;
  readonly code: IssueCode;
  readonly diagnostics: string;
  readonly mend: string;
}
