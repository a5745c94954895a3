/** `param` is the search parameter's code, e.g. `code`, `birthdate`, `_tag`. */
export interface TokenEntry {
  readonly param: string;
  /** Null where the value has none (a boolean, a plain string). */
  readonly system: string | null;
  readonly code: string;
}

export interface StringEntry {
  readonly param: string;
  /** `foldText(exact)`: for the default starts-with and `:contains`. */
  readonly folded: string;
  readonly exact: string;
}

/** Instants `[start, end)` in ms since 1970; an open end is `-Infinity` or `Infinity`. */
export interface DateEntry {
  readonly param: string;
  readonly start: number;
  readonly end: number;
}

export type ReferenceEntry =
  | { readonly param: string; readonly type: string; readonly id: string }
  | { readonly param: string; readonly uri: string };

/** A number is a range only where the data says so (Range, `<` comparator). */
export interface NumberEntry {
  readonly param: string;
  readonly low: number;
  readonly high: number;
}

export interface QuantityEntry extends NumberEntry {
  readonly system: string | null;
  /** UCUM code, else the written unit; null where there is neither. */
  readonly code: string | null;
}

export interface UriEntry {
  readonly param: string;
  readonly uri: string;
}

/** What a resource is found by: rows for the typed index tables, each list free of duplicates. */
export interface IndexEntries {
  readonly tokens: readonly TokenEntry[];
  readonly strings: readonly StringEntry[];
  readonly dates: readonly DateEntry[];
  readonly references: readonly ReferenceEntry[];
  readonly numbers: readonly NumberEntry[];
  readonly quantities: readonly QuantityEntry[];
  readonly uris: readonly UriEntry[];
}

/** The same while it is being filled. */
export type EntryLists = {
  -readonly [Kind in keyof IndexEntries]: IndexEntries[Kind][number][];
};
