import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type Property, propertiesOf, type Shape, shapeOf } from '../structure.ts';
import { type Collection, Item, NOTHING, type Place, resourceShape, system } from './item.ts';

/** The children of an item by the name FHIRPath gives them: `value` for `valueQuantity`. */
export function members(item: Item, name: string): Collection {
  const found: Item[] = [];
  addMembers(item, name, found);
  return found.length === 0 ? NOTHING : found;
}

/** True where an item has a member of this name: what `exists()` asks, without making the items. */
export function hasMember(item: Item, name: string): boolean {
  const { shape, value } = item;
  if (shape === null) return members(item, name).length > 0;
  if (!isJsonObject(value)) return false;
  const properties = namedProperties(shape, name);
  if (properties === undefined) return false;
  for (const property of properties) {
    const found = value[property.name];
    if (found !== undefined && !(isJsonList(found) && found.length === 0)) return true;
    if (property.shape === null && value[`_${property.name}`] !== undefined) return true;
  }
  return false;
}

export function addMembers(item: Item, name: string, found: Item[]): void {
  const { shape, value } = item;
  if (shape !== null) {
    const properties = namedProperties(shape, name);
    if (properties !== undefined) {
      for (const property of properties) addChildren(item, property, found);
    }
  } else if (item.sibling !== undefined) addMembers(siblingItem(item, item.sibling), name, found);
  else if (isJsonObject(value)) addSystemPart(value, name, found);
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
    if (property !== undefined) addChildren(item, property, found);
    else if (name.startsWith('_') && value[name.slice(1)] === undefined) {
      const only = table.get(name.slice(1));
      if (only !== undefined) addChildren(item, only, found);
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

type NamedProperties = ReadonlyMap<string, readonly Property[]>;

const byElement = new Map<string, NamedProperties>();

function namedProperties(shape: Shape, name: string): readonly Property[] | undefined {
  let named = byElement.get(shape.path);
  if (named === undefined) {
    const made = new Map<string, Property[]>();
    for (const property of propertiesOf(shape).values()) {
      const list = made.get(property.element);
      if (list === undefined) made.set(property.element, [property]);
      else list.push(property);
    }
    named = made;
    byElement.set(shape.path, named);
  }
  return named.get(name);
}

function addChildren(parent: Item, property: Property, found: Item[]): void {
  const node = parent.value;
  if (!isJsonObject(node)) return;
  const value = node[property.name];
  const sibling = property.shape === null ? node[`_${property.name}`] : undefined;
  if (value === undefined && sibling === undefined) return;
  if (!isJsonList(value) && !isJsonList(sibling)) {
    found.push(childItem({ parent, property, index: undefined }, value, sibling));
    return;
  }
  const values = isJsonList(value) ? value : [];
  const siblings = isJsonList(sibling) ? sibling : [];
  const length = Math.max(values.length, siblings.length);
  for (let index = 0; index < length; index++) {
    found.push(childItem({ parent, property, index }, values[index], siblings[index]));
  }
}

function childItem(
  place: Place,
  value: JsonValue | undefined,
  sibling: JsonValue | undefined,
): Item {
  const { type, shape } = place.property;
  const present = value === null ? undefined : value;
  let item: Item;
  if (shape === null) {
    item = new Item(type, present);
    if (isJsonObject(sibling)) item.sibling = sibling;
  } else if (type === 'Resource') {
    const actual = resourceShape(value);
    item = new Item(actual.type, present, actual);
  } else item = new Item(type, present, shape);
  item.place = place;
  return item;
}

const ELEMENT = shapeOf('Element');

/** The id and extensions of a primitive are children of the primitive itself. */
function siblingItem(item: Item, sibling: JsonObject): Item {
  const element = new Item(item.type, sibling, ELEMENT);
  element.place = item.place;
  return element;
}

function addSystemPart(value: JsonObject, name: string, found: Item[]): void {
  const part = Object.hasOwn(value, name) ? value[name] : undefined;
  if (typeof part === 'string') found.push(system('String', part));
  else if (typeof part === 'number') found.push(system('Decimal', part));
}
