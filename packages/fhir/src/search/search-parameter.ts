/** How a parameter's values are compared; where each kind has its index rows, see `IndexEntries`. */
export type SearchKind =
  | 'token'
  | 'string'
  | 'date'
  | 'reference'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'near'
  /** How a name sounds: token rows. */
  | 'phonetic'
  /** Columns of the resource row. */
  | 'id'
  | 'lastUpdated';

export interface SearchParameter {
  readonly code: string;
  readonly kind: SearchKind;
  /** Resource types a reference may point at; empty for other kinds. */
  readonly targets: readonly string[];
  /** Kinds of the parts of a composite, in their order; absent for other kinds. */
  readonly components?: readonly SearchKind[];
  /** Without colon; `[type]` stands for the name of a resource type. */
  readonly modifiers: readonly string[];
  /** Canonical URL of the definition. */
  readonly url: string;
}

export interface UnsupportedParameter {
  readonly code: string;
  /** `text`: full text and named queries; `expression`: its path is outside what is compiled. */
  readonly reason: 'text' | 'expression';
}
