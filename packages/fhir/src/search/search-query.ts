import type { IssueCode } from '../issue.ts';
import type { ResourceType } from '../resource-types.ts';
import type { SearchKind } from './search-parameters.ts';

/** https://hl7.org/fhir/R4/search.html#prefix */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/**
 * `system` absent = any, null = the value must have none; `code` absent = any code of the system.
 */
export interface TokenValue {
  readonly system?: string | null;
  readonly code?: string;
}

export interface StringValue {
  readonly folded: string;
  readonly exact: string;
}

/**
 * Instants `[start, end)` in ms that the written precision allows. `ap` widens at the reader's
 * clock.
 */
export interface DateValue {
  readonly prefix: Prefix;
  readonly start: number;
  readonly end: number;
}

/** `types` are the types the bare id may have: one where the search names it. */
export type ReferenceValue =
  | { readonly types: readonly string[]; readonly id: string }
  | { readonly uri: string };

/**
 * `low`..`high` is the range the written digits stand for (100 = 99.5 to 100.5); `ap` is 10 % wide.
 */
export interface NumberValue {
  readonly prefix: Prefix;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** `code` without `system` matches a code or a written unit of any system. */
export interface QuantityValue extends NumberValue {
  readonly system?: string;
  readonly code?: string;
}

/** Values of one criterion are alternatives; criteria of one query all hold. */
export type Criterion =
  | {
      readonly kind: 'token';
      readonly param: string;
      /** `not`: no value of the resource matches, including a resource without any. */
      readonly modifier?: 'not';
      readonly values: readonly TokenValue[];
    }
  | {
      readonly kind: 'string';
      readonly param: string;
      /** Absent: the folded value starts with it. */
      readonly modifier?: 'exact' | 'contains';
      readonly values: readonly StringValue[];
    }
  | { readonly kind: 'date'; readonly param: string; readonly values: readonly DateValue[] }
  | {
      readonly kind: 'reference';
      readonly param: string;
      readonly values: readonly ReferenceValue[];
    }
  | { readonly kind: 'number'; readonly param: string; readonly values: readonly NumberValue[] }
  | { readonly kind: 'quantity'; readonly param: string; readonly values: readonly QuantityValue[] }
  | { readonly kind: 'uri'; readonly param: string; readonly values: readonly string[] }
  | { readonly kind: 'id'; readonly param: '_id'; readonly values: readonly string[] }
  | {
      readonly kind: 'lastUpdated';
      readonly param: '_lastUpdated';
      readonly values: readonly DateValue[];
    }
  /** `param:missing=true|false`; `of` says which index table to look in. */
  | {
      readonly kind: 'missing';
      readonly param: string;
      readonly of: SearchKind;
      readonly missing: boolean;
    };

export interface SortKey {
  readonly param: string;
  readonly kind: SearchKind;
  readonly direction: 'ascending' | 'descending';
}

/** A search as the store plans it. Deeply frozen. */
export interface SearchQuery {
  readonly type: ResourceType;
  readonly criteria: readonly Criterion[];
  readonly sort: readonly SortKey[];
  /** Page size, 1 to MAX_COUNT. */
  readonly count: number;
  /** As received; only who sealed it can read it. */
  readonly cursor?: string;
  readonly total?: 'none' | 'estimate' | 'accurate';
  readonly summary?: 'true' | 'text' | 'data' | 'count' | 'false';
  readonly elements?: readonly string[];
  /** Parameters this type does not have: refused under `handling=strict`, else reported. */
  readonly unknown: readonly string[];
}

/** Why a search was refused; `parameter` as the caller wrote it, never its value. */
export interface SearchProblem {
  readonly parameter: string;
  readonly code: IssueCode;
  readonly diagnostics: string;
  readonly mend: string;
}
