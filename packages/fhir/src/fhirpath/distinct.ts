import { isJsonList, isJsonObject, type JsonValue } from '../json.ts';
import { itemsEqual } from './compare.ts';
import { type Collection, type Item, scalarText } from './item.ts';
import { kindOf } from './kind.ts';

/** Items without those that equal an earlier one. */
export function distinct(items: Collection): Collection {
  if (items.length < 2) return items;
  const seen = new ItemSet();
  return items.filter((item) => seen.add(item));
}

/** True where no item equals another. */
export function areDistinct(items: Collection): boolean {
  const seen = new ItemSet();
  return items.every((item) => seen.add(item));
}

export const has = (items: Collection, item: Item): boolean =>
  items.some((other) => itemsEqual(other, item) === true);

/**
 * Items by equality. Most are looked up by a key, so that long lists cost no square; dates and
 * quantities, whose equality depends on precision and unit, are compared one by one.
 */
export class ItemSet {
  readonly #keys = new Set<string>();
  readonly #others: Item[] = [];

  constructor(items: Collection = []) {
    for (const item of items) this.add(item);
  }

  has(item: Item): boolean {
    const key = keyOf(item);
    return key === undefined ? has(this.#others, item) : this.#keys.has(key);
  }

  /** False where an equal item is there already. */
  add(item: Item): boolean {
    if (this.has(item)) return false;
    const key = keyOf(item);
    if (key === undefined) this.#others.push(item);
    else this.#keys.add(key);
    return true;
  }
}

function keyOf(item: Item): string | undefined {
  switch (kindOf(item)) {
    case 'string':
    case 'number':
    case 'boolean':
      return `${typeof item.value} ${scalarText(item.value)}`;
    case 'object':
      return JSON.stringify([inOrder(item.value), inOrder(item.sibling)]);
    default:
      return undefined;
  }
}

/** Members sorted by name: their order is no part of equality. */
function inOrder(value: JsonValue | undefined): JsonValue | undefined {
  if (isJsonList(value)) return value.map((part) => inOrder(part) ?? null);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]));
}
