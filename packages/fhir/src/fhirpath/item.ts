import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { isResourceType } from '../resource-types.ts';
import { type Property, type Shape, shapeOf } from '../structure.ts';
import type { LiteralType } from './syntax.ts';

/** What expressions return: items in order, duplicates allowed, nothing is the empty collection. */
export type Collection = readonly Item[];

export const NOTHING: Collection = Object.freeze([]);

/**
 * One value with its type: an element of a resource, or a system value such as a literal. Elements
 * know where they stand, so that a patch can change what an expression found.
 */
export class Item {
  /** `HumanName`, `code`, `BackboneElement`, or `System.` and the name of a system type. */
  readonly type: string;
  /** Undefined for a primitive that has only extensions. */
  readonly value: JsonValue | undefined;
  /** Where the children of an object are defined; null for primitives and system values. */
  readonly shape: Shape | null;
  /** The `_name` sibling of a primitive: its id and extensions. */
  sibling: JsonObject | undefined = undefined;
  /** What it is an element of; null for resources that evaluation starts from, and for values. */
  parent: Item | null = null;
  property: Property | null = null;
  /** Its position in a list, else -1. */
  index = -1;

  constructor(type: string, value: JsonValue | undefined, shape: Shape | null = null) {
    this.type = type;
    this.value = value;
    this.shape = shape;
  }
}

const rootShapes = new Map<string, Shape>();

/** A resource as the item that expressions start from. */
export function resourceItem(resource: JsonObject): Item {
  return new Item(typeNameOf(resource), resource, resourceShape(resource));
}

/** The type a resource names itself: `contained` and `entry.resource` say only `Resource`. */
function typeNameOf(resource: JsonValue | undefined): string {
  const type = isJsonObject(resource) ? resource['resourceType'] : undefined;
  return typeof type === 'string' && isResourceType(type) ? type : 'Resource';
}

export function resourceShape(resource: JsonValue | undefined): Shape {
  const type = typeNameOf(resource);
  let shape = rootShapes.get(type);
  if (shape === undefined) {
    shape = shapeOf(type);
    rootShapes.set(type, shape);
  }
  return shape;
}

type SystemType = LiteralType | 'Quantity' | 'TypeInfo';

/** A value of a system type; a quantity is `{value, unit}` with a UCUM code or a calendar word. */
export const system = (type: SystemType, value: JsonValue): Item =>
  new Item(`System.${type}`, value);

export const TRUE: Collection = Object.freeze([system('Boolean', true)]);
export const FALSE: Collection = Object.freeze([system('Boolean', false)]);

export const truthItem = (truth: boolean | undefined): Collection =>
  truth === undefined ? NOTHING : truth ? TRUE : FALSE;

export const textItem = (text: string): Collection => [system('String', text)];

export const numberItem = (value: number, isInteger = Number.isInteger(value)): Collection =>
  Number.isFinite(value) ? [system(isInteger ? 'Integer' : 'Decimal', value)] : NOTHING;

/** A simple value as text; objects and what is absent have none. */
export const scalarText = (value: JsonValue | undefined): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `${value}`
    : '';
