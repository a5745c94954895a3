import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type Property, propertiesOf, type Shape, shapeOf } from '../structure.ts';
import { type Collection, Item, NOTHING, resourceShape, system } from './item.ts';

/** A property as expressions reach it, with the name of its `_` sibling where it is primitive. */
interface Slot {
  readonly property: Property;
  readonly sibling: string | undefined;
}

/** The properties that a name stands for: one, or of a choice one a type. */
interface Slots {
  readonly list: readonly Slot[];
  /** By JSON name, siblings too, where there are many: `value[x]` has 50 types. */
  readonly wide: ReadonlyMap<string, Slot> | undefined;
}

/** From here on the names that an object has are fewer than those it may have. */
const WIDE = 6;

/**
 * A name in an expression. It mostly meets the same shape again, so that it keeps what it found
 * there last.
 */
export class MemberName {
  readonly name: string;
  #shape: Shape | undefined;
  #slots: Slots | undefined;

  constructor(name: string) {
    this.name = name;
  }

  slots(shape: Shape): Slots | undefined {
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#slots = slotTable(shape).get(this.name);
    }
    return this.#slots;
  }
}

const tables = new Map<string, ReadonlyMap<string, Slots>>();

function slotTable(shape: Shape): ReadonlyMap<string, Slots> {
  let table = tables.get(shape.path);
  if (table === undefined) {
    const lists = new Map<string, Slot[]>();
    for (const property of propertiesOf(shape).values()) {
      const list = lists.get(property.element);
      if (list === undefined) lists.set(property.element, [slotOf(property)]);
      else list.push(slotOf(property));
    }
    table = new Map([...lists].map(([name, list]) => [name, { list, wide: wideOf(list) }]));
    tables.set(shape.path, table);
  }
  return table;
}

function wideOf(list: readonly Slot[]): ReadonlyMap<string, Slot> | undefined {
  if (list.length < WIDE) return undefined;
  return new Map(
    list.flatMap((slot) => [
      [slot.property.name, slot],
      [slot.sibling ?? '', slot],
    ]),
  );
}

const slotOf = (property: Property): Slot => ({
  property,
  sibling: property.shape === null ? `_${property.name}` : undefined,
});

/** The children of an item by the name FHIRPath gives them: `value` for `valueQuantity`. */
export function members(item: Item, name: string): Collection {
  const found: Item[] = [];
  addMembers(item, new MemberName(name), found);
  return found.length === 0 ? NOTHING : found;
}

/** True where an item has a member of this name: what `exists()` asks, without making the items. */
export function hasMember(item: Item, member: MemberName): boolean {
  const { shape, value } = item;
  if (shape === null) return members(item, member.name).length > 0;
  const slots = member.slots(shape);
  if (slots === undefined || !isJsonObject(value)) return false;
  if (slots.wide !== undefined) {
    for (const name in value) if (slots.wide.has(name)) return true;
    return false;
  }
  for (const { property, sibling } of slots.list) {
    const found = value[property.name];
    if (found !== undefined && !(isJsonList(found) && found.length === 0)) return true;
    if (sibling !== undefined && value[sibling] !== undefined) return true;
  }
  return false;
}

export function addMembers(item: Item, member: MemberName, found: Item[]): void {
  const { shape, value } = item;
  if (shape !== null) {
    const slots = member.slots(shape);
    if (slots?.wide === undefined) {
      for (const slot of slots?.list ?? []) addChildren(item, slot, found);
    } else addWide(item, slots.wide, found);
  } else if (item.sibling !== undefined) addMembers(siblingItem(item, item.sibling), member, found);
  else if (isJsonObject(value)) addSystemPart(value, member.name, found);
}

function addWide(item: Item, wide: ReadonlyMap<string, Slot>, found: Item[]): void {
  if (!isJsonObject(item.value)) return;
  let last: Slot | undefined;
  for (const name in item.value) {
    const slot = wide.get(name);
    if (slot !== undefined && slot !== last) addChildren(item, slot, found);
    last = slot ?? last;
  }
}

/** Every child element, in the order the data has them. */
export function addAllChildren(item: Item, found: Item[]): void {
  const { shape, value, sibling } = item;
  if (shape === null) {
    if (sibling !== undefined) addAllChildren(siblingItem(item, sibling), found);
    return;
  }
  if (!isJsonObject(value)) return;
  const table = propertiesOf(shape);
  for (const name of Object.keys(value)) {
    const property = table.get(name);
    if (property !== undefined) addChildren(item, slotOf(property), found);
    else if (name.startsWith('_') && value[name.slice(1)] === undefined) {
      const only = table.get(name.slice(1));
      if (only !== undefined) addChildren(item, slotOf(only), found);
    }
  }
}

export function addDescendants(item: Item, found: Item[]): void {
  const from = found.length;
  addAllChildren(item, found);
  for (let at = from; at < found.length; at++) {
    const child = found[at];
    if (child !== undefined) addAllChildren(child, found);
  }
}

function addChildren(parent: Item, slot: Slot, found: Item[]): void {
  const node = parent.value;
  if (!isJsonObject(node)) return;
  const { property } = slot;
  const value = node[property.name];
  const sibling = slot.sibling === undefined ? undefined : node[slot.sibling];
  if (value === undefined && sibling === undefined) return;
  if (!isJsonList(value) && !isJsonList(sibling)) {
    found.push(placed(childItem(property, value, sibling), parent, -1));
    return;
  }
  const values = isJsonList(value) ? value : [];
  const siblings = isJsonList(sibling) ? sibling : [];
  const length = Math.max(values.length, siblings.length);
  for (let index = 0; index < length; index++) {
    const item = childItem(property, values[index], siblings[index]);
    found.push(placed(item, parent, index));
  }
}

function placed(item: Item, parent: Item, index: number): Item {
  item.parent = parent;
  item.index = index;
  return item;
}

function childItem(
  property: Property,
  value: JsonValue | undefined,
  sibling: JsonValue | undefined,
): Item {
  const { type, shape } = property;
  const present = value === null ? undefined : value;
  let item: Item;
  if (shape === null) {
    item = new Item(type, present);
    if (isJsonObject(sibling)) item.sibling = sibling;
  } else if (type === 'Resource') {
    const actual = resourceShape(value);
    item = new Item(actual.type, present, actual);
  } else item = new Item(type, present, shape);
  item.property = property;
  return item;
}

const ELEMENT = shapeOf('Element');

/** The id and extensions of a primitive are children of the primitive itself. */
function siblingItem(item: Item, sibling: JsonObject): Item {
  const element = new Item(item.type, sibling, ELEMENT);
  element.parent = item.parent;
  element.property = item.property;
  element.index = item.index;
  return element;
}

function addSystemPart(value: JsonObject, name: string, found: Item[]): void {
  const part = Object.hasOwn(value, name) ? value[name] : undefined;
  if (typeof part === 'string') found.push(system('String', part));
  else if (typeof part === 'number') found.push(system('Decimal', part));
}
