import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Property } from '../structure.ts';
import { addAt, removeAt } from './json-edit.ts';
import { type JsonPointer, valueAt } from './json-pointer.ts';

/** An element as JSON: a primitive's id and extensions stand in its `_` sibling. */
export interface Content {
  readonly value: JsonValue | undefined;
  readonly sibling?: JsonObject | undefined;
}

/** The place of a property in an object of the document. */
export interface Slot {
  readonly holder: JsonPointer;
  readonly property: Property;
}

/** What stands in a slot, a single element as a list of one. */
export function contentsOf(document: JsonValue, { holder, property }: Slot): readonly Content[] {
  const values = valueAt(document, [...holder, property.name]);
  const siblings = valueAt(document, [...holder, `_${property.name}`]);
  if (!isJsonList(values) && !isJsonList(siblings)) {
    if (values === undefined && siblings === undefined) return [];
    return [{ value: values, sibling: objectOr(siblings) }];
  }
  const [list, beside] = [isJsonList(values) ? values : [], isJsonList(siblings) ? siblings : []];
  return Array.from({ length: Math.max(list.length, beside.length) }, (_, at) => ({
    value: list[at] ?? undefined,
    sibling: objectOr(beside[at]),
  }));
}

const objectOr = (value: JsonValue | undefined): JsonObject | undefined =>
  isJsonObject(value) ? value : undefined;

/** The document with other contents in a slot; none = without the property. */
export function withContents(
  document: JsonValue,
  slot: Slot,
  contents: readonly Content[],
): JsonValue {
  const { name, list } = slot.property;
  const values = contents.map(({ value }) => value ?? null);
  const siblings = contents.map(({ sibling }) => sibling ?? null);
  const plain = put(document, [...slot.holder, name], collected(values, list));
  return put(plain, [...slot.holder, `_${name}`], collected(siblings, list));
}

/** A list or a single value; undefined where nothing but placeholders is left. */
function collected(parts: readonly JsonValue[], isList: boolean): JsonValue | undefined {
  if (parts.every((part) => part === null)) return undefined;
  return isList ? parts : parts[0];
}

function put(document: JsonValue, place: JsonPointer, value: JsonValue | undefined): JsonValue {
  const edited = value === undefined ? removeAt(document, place) : addAt(document, place, value);
  return edited ?? document;
}
