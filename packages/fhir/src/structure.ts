import { definitions, type ElementRow } from './definitions.ts';

/** Where a JSON object stands in the definitions: a type, or a backbone element inside one. */
export interface Shape {
  /** `Observation`, `CodeableConcept`, `BackboneElement`, … */
  readonly type: string;
  /** Key of its elements: `CodeableConcept`, `Observation.component`. */
  readonly path: string;
}

/** One JSON property; a choice element has one for each of its types. */
export interface Property {
  readonly name: string;
  /** Name in FHIRPath: `value` for `valueQuantity`. */
  readonly element: string;
  readonly row: ElementRow;
  readonly type: string;
  readonly list: boolean;
  /** Null for a primitive. */
  readonly shape: Shape | null;
}

const propertyTables = new Map<string, ReadonlyMap<string, Property>>();

export function shapeOf(type: string): Shape {
  return { type, path: type };
}

export function elementRows(shape: Shape): readonly ElementRow[] {
  const root = shape.path.split('.', 1)[0] ?? shape.path;
  return definitions().types[root]?.elements[shape.path] ?? [];
}

/**
 * Every JSON property of a shape by its name, compiled once. Primitive `_name` siblings are not
 * listed.
 */
export function propertiesOf(shape: Shape): ReadonlyMap<string, Property> {
  let table = propertyTables.get(shape.path);
  if (table === undefined) {
    const made = new Map<string, Property>();
    for (const row of elementRows(shape)) {
      for (const property of propertiesOfRow(shape, row)) made.set(property.name, property);
    }
    propertyTables.set(shape.path, made);
    table = made;
  }
  return table;
}

/** The properties an element name of FHIRPath may stand for: one, or one a type for a choice. */
export function propertiesNamed(shape: Shape, element: string): readonly Property[] {
  return [...propertiesOf(shape).values()].filter((property) => property.element === element);
}

function propertiesOfRow(shape: Shape, row: ElementRow): Property[] {
  const list = row.x !== undefined && row.x !== 1 && row.x !== 0;
  if (row.r !== undefined) {
    const target: Shape = { type: 'BackboneElement', path: row.r };
    const base = { name: row.n, element: row.n, row, list };
    return [{ ...base, type: 'BackboneElement', shape: target }];
  }
  const types = row.t ?? [];
  const choice = row.n.endsWith('[x]');
  const element = choice ? row.n.slice(0, -3) : row.n;
  return types.map((type) => ({
    name: choice ? element + type.charAt(0).toUpperCase() + type.slice(1) : element,
    element,
    row,
    type,
    list,
    shape: shapeOfElement(shape, row, type),
  }));
}

function shapeOfElement(holder: Shape, row: ElementRow, type: string): Shape | null {
  const all = definitions();
  if (type === 'BackboneElement' || type === 'Element') {
    const path = `${holder.path}.${row.n}`;
    const root = path.split('.', 1)[0] ?? path;
    if (all.types[root]?.elements[path] !== undefined) return { type, path };
  }
  return all.primitives[type] === undefined ? shapeOf(type) : null;
}
