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
 * Instants `[start, end)` in ms since 1970 that the written precision allows; for `ap` already
 * widened. Against a row `[s, e)`:
 * eq `start <= s && e <= end` · ne not eq · gt `e > end` · lt `s < start` · ge gt or eq · le lt or eq
 * · sa `s >= end` · eb `e <= start` · ap `s < end && e > start`.
 */
export interface DateValue {
  readonly prefix: Prefix;
  readonly start: number;
  readonly end: number;
}

/**
 * A local resource by id, `types` being those it may have (one where the search names it), or any
 * other text: compared with a row's `uri` as it stands.
 */
export type ReferenceValue =
  | { readonly types: readonly string[]; readonly id: string }
  | { readonly uri: string };

/**
 * `[low, high)` is the range the written digits stand for (100 = 99.5 to 100.5); for `ap` 10 % to
 * either side. Against a row `[l, h]` (a point where l = h):
 * eq `low <= l && h < high` · ne not eq · gt `h > value` · lt `l < value` · ge `h >= value` ·
 * le `l <= value` · sa `l > value` · eb `h < value` · ap `l <= high && h >= low`.
 */
export interface NumberValue {
  readonly prefix: Prefix;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface QuantityValue extends NumberValue {
  /** Absent = any; then `code` matches a code or a written unit. */
  readonly system?: string;
  readonly code?: string;
  /**
   * True: `code` is a canonical UCUM unit and the numbers are in it; compare with the rows under
   * `PARAM:canonical` instead of `PARAM`.
   */
  readonly canonical?: true;
}

export type CompositePartValue =
  | { readonly kind: 'token'; readonly value: TokenValue }
  | { readonly kind: 'string'; readonly value: StringValue }
  | { readonly kind: 'date'; readonly value: DateValue }
  | { readonly kind: 'number'; readonly value: NumberValue }
  | { readonly kind: 'quantity'; readonly value: QuantityValue }
  | { readonly kind: 'reference'; readonly value: ReferenceValue };

/**
 * `code$value`: one composite row must match every part. A quantity part with `canonical` asks for
 * the rows under `PARAM:canonical`.
 */
export interface CompositeValue {
  /** Two or three, in the order of the definition; kinds as `SearchParameter.components` says. */
  readonly parts: readonly CompositePartValue[];
}

/** Degrees (WGS 84) and the great-circle distance that still counts. */
export interface NearValue {
  readonly latitude: number;
  readonly longitude: number;
  readonly kilometres: number;
}
