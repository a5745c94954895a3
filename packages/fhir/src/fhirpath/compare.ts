import { isJsonObject, type JsonValue } from '../json.ts';
import { jsonEqual } from '../json-equal.ts';
import { FhirPathError } from './fhirpath-error.ts';
import { type Collection, type Item, scalarText } from './item.ts';
import { type Kind, kindOf } from './kind.ts';
import { compareMeasures, measureOf } from './quantity.ts';
import { compareTemporal, parseDateTime, parseTime, type Temporal } from './temporal.ts';

/** `=`: undefined where either side is empty, or where precision leaves it open. */
export function areEqual(left: Collection, right: Collection): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  let result: boolean | undefined = true;
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i], right[i]];
    const equal = a !== undefined && b !== undefined ? itemsEqual(a, b) : false;
    if (equal === false) return false;
    if (equal === undefined) result = undefined;
  }
  return result;
}

export function itemsEqual(left: Item, right: Item): boolean | undefined {
  if (left === right) return true;
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === 'string' && b === 'string') return left.value === right.value;
  if (a === 'number' && b === 'number') return left.value === right.value;
  if (isTemporal(a) && isTemporal(b)) return temporalEqual(left, right);
  if (a === 'quantity' || b === 'quantity') return quantitiesEqual(left, right);
  if (a !== b) return false;
  return jsonEqual(left.value, right.value) && jsonEqual(left.sibling, right.sibling);
}

/** `~`: the order of items is no matter, nor case and blanks in texts. */
export function areEquivalent(left: Collection, right: Collection): boolean {
  if (left.length !== right.length) return false;
  const rest = [...right];
  return left.every((item) => {
    const at = rest.findIndex((other) => itemsEquivalent(item, other));
    if (at < 0) return false;
    rest.splice(at, 1);
    return true;
  });
}

function itemsEquivalent(left: Item, right: Item): boolean {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === 'string' && b === 'string') return plain(left.value) === plain(right.value);
  if (a === 'number' && b === 'number') return numbersEquivalent(left.value, right.value);
  if (isTemporal(a) && isTemporal(b)) return temporalEqual(left, right) ?? false;
  if (a === 'quantity' || b === 'quantity') return quantitiesEqual(left, right) ?? false;
  return a === b && jsonEqual(withoutId(left.value), withoutId(right.value));
}

const plain = (value: JsonValue | undefined): string =>
  scalarText(value).toLowerCase().trim().replace(/\s+/g, ' ');

/** Ids of elements are no part of what they mean. */
function withoutId(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return value;
  const { id: _id, ...rest } = value;
  return rest;
}

function numbersEquivalent(left: unknown, right: unknown): boolean {
  const digits = Math.min(decimals(left), decimals(right));
  return Number(left).toFixed(digits) === Number(right).toFixed(digits);
}

const decimals = (value: unknown): number => Math.min(String(value).split('.')[1]?.length ?? 0, 20);

/**
 * Negative, zero or positive as `left` is less, equal or greater; undefined where nothing decides.
 * @throws FhirPathError where the two cannot be compared at all
 */
export function compareItems(left: Item, right: Item): number | undefined {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === 'number' && b === 'number') return Number(left.value) - Number(right.value);
  if (a === 'string' && b === 'string')
    return compareTexts(scalarText(left.value), scalarText(right.value));
  if (isTemporal(a) && isTemporal(b)) {
    const texts = sameZone(left.value, right.value);
    if (texts !== undefined) return compareTexts(...texts);
    const [from, to] = [temporalOf(left), temporalOf(right)];
    return from === undefined || to === undefined ? undefined : compareTemporal(from, to);
  }
  if (a === 'quantity' || b === 'quantity') {
    const [from, to] = [measureOf(left), measureOf(right)];
    if (from !== undefined && to !== undefined) return compareMeasures(from, to);
    if (a === b) return undefined;
  }
  throw new FhirPathError('execution', `a ${a} is no match for a ${b}`);
}

const compareTexts = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** `2024-03-01T10:00:00Z` */
const WITH_SECONDS = 19;

/** Both texts, where they are times to the second in one zone: those compare as they stand. */
function sameZone(left: unknown, right: unknown): readonly [string, string] | undefined {
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  const { length } = left;
  if (length !== right.length || (length !== 20 && length !== 25)) return undefined;
  return left.slice(WITH_SECONDS) === right.slice(WITH_SECONDS) ? [left, right] : undefined;
}

const isTemporal = (kind: Kind): boolean =>
  kind === 'date' || kind === 'dateTime' || kind === 'time';

/** Undefined where the text is no such date or time. */
export function temporalOf(item: Item): Temporal | undefined {
  const text = scalarText(item.value);
  return kindOf(item) === 'time' ? parseTime(text) : parseDateTime(text);
}

function temporalEqual(left: Item, right: Item): boolean | undefined {
  if ((kindOf(left) === 'time') !== (kindOf(right) === 'time')) return false;
  const [a, b] = [temporalOf(left), temporalOf(right)];
  if (a === undefined || b === undefined) return left.value === right.value;
  const order = compareTemporal(a, b);
  return order === undefined ? undefined : order === 0;
}

function quantitiesEqual(left: Item, right: Item): boolean | undefined {
  const [a, b] = [measureOf(left), measureOf(right)];
  if (a === undefined || b === undefined) return jsonEqual(left.value, right.value);
  const order = compareMeasures(a, b);
  return order === undefined ? undefined : Math.abs(order) < 1e-9 * Math.abs(a.value || 1);
}
