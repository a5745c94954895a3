/**
 * `param` is the search parameter's code, e.g. `code`, `birthdate`, `_tag`, or a derived one,
 * `CODE:MODIFIER`, which holds what that modifier compares:
 * - tokens `identifier:of-type`: system and code of `Identifier.type`, the code followed by `|` and
 *   the identifier's value;
 * - tokens `subject:identifier`: the identifier of a logical reference;
 * - strings `code:text`: the texts and displays of a token;
 * - quantities `value-quantity:canonical` and composites `code-value-quantity:canonical`: the same
 *   quantity in UCUM's base units, where its unit is a UCUM one.
 */
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

/**
 * A resource of this server, or the text of anything else. A reference to one version gives both: the
 * resource, and `Type/id/_history/version` as text; a canonical with a version likewise its address
 * with and without it.
 */
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
  /** The coded unit, and in a row of its own (without system) the written one; null without either. */
  readonly code: string | null;
}

export interface UriEntry {
  readonly param: string;
  readonly uri: string;
}

/** One part of a composite row: an entry of its kind without `param`. */
export type CompositePart =
  | ({ readonly kind: 'token' } & Omit<TokenEntry, 'param'>)
  | ({ readonly kind: 'string' } & Omit<StringEntry, 'param'>)
  | ({ readonly kind: 'date' } & Omit<DateEntry, 'param'>)
  | ({ readonly kind: 'number' } & Omit<NumberEntry, 'param'>)
  | ({ readonly kind: 'quantity' } & Omit<QuantityEntry, 'param'>)
  | ({ readonly kind: 'reference' } & { readonly type: string; readonly id: string })
  | ({ readonly kind: 'reference' } & { readonly uri: string });

/**
 * Values that stand together in one element (a component, a use context): one row for each
 * combination. The kinds of the parts are the same in every row of a parameter: token with token,
 * string, date, quantity or two numbers; or reference with token.
 */
export interface CompositeEntry {
  readonly param: string;
  readonly parts: readonly CompositePart[];
}

/** Degrees, WGS 84. */
export interface PositionEntry {
  readonly param: string;
  readonly latitude: number;
  readonly longitude: number;
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
  readonly composites: readonly CompositeEntry[];
  readonly positions: readonly PositionEntry[];
}

/** The same while it is being filled. */
export type EntryLists = {
  -readonly [Kind in keyof IndexEntries]: IndexEntries[Kind][number][];
};

export const noEntries = (): EntryLists => ({
  tokens: [],
  strings: [],
  dates: [],
  references: [],
  numbers: [],
  quantities: [],
  uris: [],
  composites: [],
  positions: [],
});
