import { definitions, type ElementRow } from '../definitions.ts';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { isResourceType } from '../resource-types.ts';
import { elementRows, type Property, propertiesOf, type Shape, shapeOf } from '../structure.ts';
import { primitiveCheck } from './primitive-checks.ts';
import type { Report } from './report.ts';

/** Checks one value that stands at the report's current place. */
type Check = (value: JsonValue, report: Report) => void;

interface CompiledProperty {
  readonly property: Property;
  readonly check: Check;
}

/**
 * A name that must appear: one of `names`, or of their `_name` siblings, at least `least` times.
 */
interface Required {
  readonly label: string;
  readonly names: readonly string[];
  readonly least: number;
}

interface CompiledShape {
  readonly isResource: boolean;
  readonly label: string;
  readonly properties: ReadonlyMap<string, CompiledProperty>;
  readonly required: readonly Required[];
  /** JSON names of each choice element: at most one may be present. */
  readonly choices: readonly (readonly string[])[];
}

const shapes = new Map<string, CompiledShape>();

/**
 * Compiles on first use; shapes refer to each other by look-up, so recursion in FHIR is no problem.
 */
export function checkObject(shape: Shape, node: JsonValue, report: Report): void {
  if (!isJsonObject(node)) {
    report.add(wrongKind(`an object (${shape.type})`));
    return;
  }
  if (!report.open) return;
  const compiled = compiledShape(shape);
  const names = Object.keys(node);
  if (names.length === 0) report.add(EMPTY_OBJECT);
  for (const name of names) {
    const known = compiled.properties.get(name);
    if (known === undefined) checkUnlisted(compiled, { name, value: node[name] }, report);
    else checkProperty(known, node, report);
  }
  for (const required of compiled.required) checkRequired(required, node, report);
  for (const choice of compiled.choices) checkChoice(choice, node, report);
}

/** A resource inside a resource: its own `resourceType` says what it must be. */
export function checkResource(node: JsonValue, report: Report): void {
  if (!isJsonObject(node)) return report.add(wrongKind('a resource'));
  const type = node['resourceType'];
  if (typeof type === 'string' && isResourceType(type)) checkObject(shapeOf(type), node, report);
  else report.addAt('resourceType', UNKNOWN_TYPE);
}

function compiledShape(shape: Shape): CompiledShape {
  let compiled = shapes.get(shape.path);
  if (compiled === undefined) {
    compiled = compileShape(shape);
    shapes.set(shape.path, compiled);
  }
  return compiled;
}

function compileShape(shape: Shape): CompiledShape {
  const table = propertiesOf(shape);
  const namesOf = (row: ElementRow): string[] =>
    [...table.values()].filter((property) => property.row === row).map(({ name }) => name);
  const rows = elementRows(shape);
  const isResource = definitions().types[shape.path]?.kind === 'resource';
  return {
    isResource,
    label: shape.path,
    properties: new Map(
      [...table.values()].map((property) => [
        property.name,
        { property, check: compileProperty(property, isResource) },
      ]),
    ),
    required: rows
      .filter((row) => (row.m ?? 0) > 0)
      .map((row) => ({
        label: row.n.replace('[x]', ''),
        names: namesOf(row).flatMap((name) => [name, `_${name}`]),
        least: row.m ?? 1,
      })),
    choices: rows
      .filter((row) => row.n.endsWith('[x]') && (row.t?.length ?? 0) > 1)
      .map((row) => namesOf(row).flatMap((name) => [name, `_${name}`])),
  };
}

function compileProperty(property: Property, ofResource: boolean): Check {
  const item = compileItem(property, ofResource);
  return property.list ? listCheck(item, property.shape === null) : singleCheck(item);
}

function compileItem(property: Property, ofResource: boolean): Check {
  const { shape, name, row } = property;
  if (shape !== null) {
    return shape.type === 'Resource'
      ? checkResource
      : (value, report) => checkObject(shape, value, report);
  }
  // R4 types `Resource.id` as string in the snapshot; the data type page makes it an id.
  const type = ofResource && name === 'id' ? 'id' : property.type;
  const primitive = primitiveCheck(type);
  const codes = row.b === undefined ? undefined : definitions().valueSets[row.b]?.codes;
  const allowed = codes === undefined ? undefined : new Set<unknown>(codes);
  return (value, report) => {
    const expected = primitive(value);
    if (expected !== undefined) {
      report.add({ code: 'value', diagnostics: `no valid ${type}`, mend: `Give ${expected}.` });
    } else if (allowed !== undefined && !allowed.has(value)) report.add(notBound(row.b, codes));
  };
}

function singleCheck(item: Check): Check {
  return (value, report) => {
    if (isJsonList(value)) report.add(NOT_A_LIST);
    else if (value === null) report.add(NULL_VALUE);
    else item(value, report);
  };
}

function listCheck(item: Check, primitive: boolean): Check {
  return (value, report) => {
    if (!isJsonList(value)) {
      report.add(wrongKind('a list'));
      return;
    }
    if (value.length === 0) report.add(EMPTY_LIST);
    for (let i = 0; i < value.length && report.open; i++) {
      const part = value[i];
      // In a list of primitives a null keeps the place of an item that has only extensions.
      if (part === undefined || (part === null && primitive)) continue;
      report.enter(i);
      if (part === null) report.add(NULL_VALUE);
      else item(part, report);
      report.leave();
    }
  };
}

function checkProperty(known: CompiledProperty, node: JsonObject, report: Report): void {
  const { name, list, shape } = known.property;
  const value = node[name];
  if (value === undefined) return;
  report.enter(name);
  known.check(value, report);
  if (list && shape === null) checkPlaces(value, node[`_${name}`], report);
  report.leave();
}

interface Unlisted {
  readonly name: string;
  readonly value: JsonValue | undefined;
}

/** `resourceType`, the `_name` sibling of a primitive, or nothing FHIR knows. */
function checkUnlisted(compiled: CompiledShape, { name, value }: Unlisted, report: Report): void {
  if (name === 'resourceType' && compiled.isResource) return;
  const sibling = name.startsWith('_') ? compiled.properties.get(name.slice(1)) : undefined;
  if (sibling === undefined || sibling.property.shape !== null) {
    report.addAt(name, unknownElement(compiled.label));
  } else if (value !== undefined) {
    report.enter(name);
    checkSibling(value, sibling.property.list, report);
    report.leave();
  }
}

const ELEMENT = shapeOf('Element');

function checkSibling(value: JsonValue, list: boolean, report: Report): void {
  if (!list) return checkObject(ELEMENT, value, report);
  if (!isJsonList(value)) return report.add(wrongKind('a list'));
  if (value.length === 0) report.add(EMPTY_LIST);
  value.forEach((part: JsonValue, index) => {
    if (part === null || !report.open) return;
    report.enter(index);
    checkObject(ELEMENT, part, report);
    report.leave();
  });
}

/** Every null of a primitive list needs an extension in the same place of the `_` list. */
function checkPlaces(value: JsonValue, sibling: JsonValue | undefined, report: Report): void {
  if (!isJsonList(value)) return;
  const beside = isJsonList(sibling) ? sibling : undefined;
  if (beside !== undefined && beside.length !== value.length) report.add(UNEVEN);
  else if (value.some((part, i) => part === null && !isJsonObject(beside?.[i]))) {
    report.add(NULL_VALUE);
  }
}

function checkRequired(required: Required, node: JsonObject, report: Report): void {
  let count = 0;
  for (const name of required.names) {
    const value = node[name];
    if (value === undefined) continue;
    count = Math.max(count, isJsonList(value) ? value.length : 1);
  }
  if (count < required.least) report.addAt(required.label, missing(required.least));
}

function checkChoice(names: readonly string[], node: JsonObject, report: Report): void {
  let chosen: string | undefined;
  for (const name of names) {
    if (node[name] === undefined) continue;
    const plain = name.startsWith('_') ? name.slice(1) : name;
    if (chosen !== undefined && chosen !== plain) report.addAt(name, SECOND_CHOICE);
    chosen ??= plain;
  }
}

const finding = (code: 'structure' | 'value' | 'required', diagnostics: string, mend: string) => ({
  code,
  diagnostics,
  mend,
});

const EMPTY_OBJECT = finding('structure', 'an empty object', 'Fill it or leave it away.');
const EMPTY_LIST = finding('structure', 'an empty list', 'Fill it or leave it away.');
const NOT_A_LIST = finding('structure', 'a list where one value belongs', 'Give one value.');
const NULL_VALUE = finding('structure', 'null where a value belongs', 'Leave the element away.');
const UNEVEN = finding(
  'structure',
  'the list and its _ list differ in length',
  'Give both the same length, with null for what has no value or no extension.',
);
const SECOND_CHOICE = finding(
  'structure',
  'a second type for a choice that may have one',
  'Keep one of them.',
);
const UNKNOWN_TYPE = finding(
  'value',
  'no R4 resource type',
  'Set resourceType to the name of an R4 resource.',
);
const wrongKind = (expected: string) =>
  finding('structure', `not ${expected}`, `Give ${expected}.`);
const missing = (least: number) =>
  finding('required', `needs at least ${least}`, 'Add the element; it is required.');
const unknownElement = (holder: string) =>
  finding(
    'structure',
    `not an element of ${holder}`,
    'Correct the name, remove it, or carry it in an extension.',
  );

function notBound(valueSet: string | undefined, codes: readonly string[] | undefined) {
  const some =
    codes !== undefined && codes.length <= 20 ? `one of ${codes.join(', ')}` : 'its code';
  return {
    code: 'code-invalid' as const,
    diagnostics: `not in the required value set ${valueSet ?? ''}`,
    mend: `Use ${some}.`,
  };
}
