import type {
  DateEntry,
  DateValue,
  NumberEntry,
  NumberValue,
  QuantityEntry,
  QuantityValue,
  ReferenceEntry,
  ReferenceValue,
  StringEntry,
  StringValue,
  TokenEntry,
  TokenValue,
} from '@holdfast/fhir';

// What a store does in SQL for these rows, done in memory: the comments of `criterion-values.ts` in
// @holdfast/fhir are the definition.

export function tokenMatches(row: Omit<TokenEntry, 'param'>, value: TokenValue): boolean {
  if (value.system !== undefined && value.system !== row.system) return false;
  return value.code === undefined || value.code === row.code;
}

export function stringMatches(
  row: Omit<StringEntry, 'param'>,
  value: StringValue,
  modifier?: 'exact' | 'contains',
): boolean {
  if (modifier === 'exact') return row.exact === value.exact;
  if (modifier === 'contains') return row.folded.includes(value.folded);
  return row.folded.startsWith(value.folded);
}

export function dateMatches(row: Omit<DateEntry, 'param'>, value: DateValue): boolean {
  const { start, end } = value;
  const equal = start <= row.start && row.end <= end;
  switch (value.prefix) {
    case 'eq':
      return equal;
    case 'ne':
      return !equal;
    case 'gt':
      return row.end > end;
    case 'lt':
      return row.start < start;
    case 'ge':
      return equal || row.end > end;
    case 'le':
      return equal || row.start < start;
    case 'sa':
      return row.start >= end;
    case 'eb':
      return row.end <= start;
    case 'ap':
      return row.start < end && row.end > start;
  }
}

export function numberMatches(row: Omit<NumberEntry, 'param'>, value: NumberValue): boolean {
  const equal = value.low <= row.low && row.high < value.high;
  switch (value.prefix) {
    case 'eq':
      return equal;
    case 'ne':
      return !equal;
    case 'gt':
      return row.high > value.value;
    case 'lt':
      return row.low < value.value;
    case 'ge':
      return row.high >= value.value;
    case 'le':
      return row.low <= value.value;
    case 'sa':
      return row.low > value.value;
    case 'eb':
      return row.high < value.value;
    case 'ap':
      return row.low <= value.high && row.high >= value.low;
  }
}

export function quantityMatches(row: Omit<QuantityEntry, 'param'>, value: QuantityValue): boolean {
  if (value.system !== undefined && value.system !== row.system) return false;
  if (value.code !== undefined && value.code !== row.code) return false;
  return numberMatches(row, value);
}

/** A row of a composite names no parameter; otherwise as a reference. */
export type ReferenceRow =
  | { readonly type: string; readonly id: string }
  | { readonly uri: string }
  | ReferenceEntry;

export function referenceMatches(row: ReferenceRow, value: ReferenceValue): boolean {
  if ('uri' in value) return 'uri' in row && row.uri === value.uri;
  return 'id' in row && row.id === value.id && value.types.includes(row.type);
}
