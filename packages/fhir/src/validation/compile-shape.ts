import { invariant } from '@holdfast/kernel';
import { definitions, type ElementRow } from '../definitions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { MAX_JSON_DEPTH } from '../limits.ts';
import { isResourceType } from '../resource-types.ts';
import { elementRows, type Property, propertiesOf, type Shape, shapeOf } from '../structure.ts';
import type { Check, Rule } from './check.ts';
import { propertyCheck, siblingCheck } from './compile-property.ts';
import { constraintRules } from './constraints.ts';
import type { Report } from './report.ts';
import { rulesOf } from './rules.ts';
import * as findings from './structure-findings.ts';

/** One JSON property, or the `_` sibling of a primitive. */
interface CompiledProperty {
  readonly check: Check;
  /** Marks the element it belongs to, where that is required or a choice; else 0. */
  readonly bit: number;
  readonly isChoice: boolean;
}

/** An element that must appear, by any of its properties. */
interface Required {
  readonly label: string;
  readonly bit: number;
}

interface CompiledShape {
  readonly label: string;
  readonly isResource: boolean;
  readonly properties: ReadonlyMap<string, CompiledProperty>;
  readonly required: readonly Required[];
  readonly requiredBits: number;
  /** JSON names of each choice element: at most one may be present. */
  readonly choices: readonly (readonly string[])[];
  readonly rules: readonly Rule[];
  readonly constraints: readonly Rule[];
}

const shapes = new Map<string, CompiledShape>();

/**
 * A check of objects of a shape, compiled on first use: recursion in FHIR is no problem then, and a
 * start pays for no type that it does not meet.
 */
export function objectCheck(shape: Shape): Check {
  let compiled: CompiledShape | undefined;
  return (value, report) => {
    if (!isJsonObject(value)) return report.add(findings.wrongKind(`an object (${shape.type})`));
    compiled ??= compiledShape(shape);
    checkObject(compiled, value, report);
  };
}

const checkElement = objectCheck(shapeOf('Element'));

/** A resource by itself, or one in a bundle or in parameters: local references mean its own. */
export const checkResource: Check = (value, report) => {
  const { root } = report;
  if (isJsonObject(value)) report.root = value;
  checkTyped(value, report);
  report.root = root;
};

/** A contained resource: local references in it mean those of its container. */
export const checkContained: Check = (value, report) => checkTyped(value, report);

function checkTyped(value: JsonValue, report: Report): void {
  if (!isJsonObject(value)) return report.add(findings.wrongKind('a resource'));
  const type = value['resourceType'];
  if (typeof type !== 'string' || !isResourceType(type)) {
    return report.addAt('resourceType', findings.UNKNOWN_TYPE);
  }
  const { resource } = report;
  report.resource = value;
  checkObject(compiledShape(shapeOf(type)), value, report);
  report.resource = resource;
}

function checkObject(compiled: CompiledShape, node: JsonObject, report: Report): void {
  if (report.isFull) return;
  if (report.depth >= MAX_JSON_DEPTH) return report.add(findings.TOO_DEEP);
  report.depth++;
  const before = report.count;
  const { properties } = compiled;
  let seen = 0;
  let hasSecond = false;
  let hasContent = false;
  for (const name in node) {
    const value = node[name];
    if (value === undefined) continue;
    if (name !== 'id') hasContent = true;
    const property = properties.get(name);
    if (property === undefined) {
      report.addAt(name, findings.unknownElement(compiled.label));
      continue;
    }
    if (property.isChoice && (seen & property.bit) !== 0) hasSecond = true;
    seen |= property.bit;
    const from = report.count;
    property.check(value, report, node);
    if (report.count !== from) report.within(from, name);
  }
  if (!hasContent) addEmpty(compiled, node, report);
  if ((seen & compiled.requiredBits) !== compiled.requiredBits) addMissing(compiled, seen, report);
  if (hasSecond) for (const names of compiled.choices) checkChoice(names, node, report);
  for (const rule of compiled.rules) rule(node, report);
  // Expressions expect the shapes of FHIR: what is broken inside is reported already.
  if (report.count === before) for (const rule of compiled.constraints) rule(node, report);
  report.depth--;
}

/** `ele-1`; a primitive has its content outside the object that holds its id. */
function addEmpty({ label }: CompiledShape, node: JsonObject, report: Report): void {
  if (Object.keys(node).length === 0) report.add(findings.EMPTY_OBJECT);
  else if (label !== 'Element') report.add(findings.ONLY_ID);
}

function addMissing({ required }: CompiledShape, seen: number, report: Report): void {
  for (const { label, bit } of required) {
    if ((seen & bit) === 0) report.addAt(label, findings.missing(1));
  }
}

function checkChoice(names: readonly string[], node: JsonObject, report: Report): void {
  let chosen: string | undefined;
  for (const name of names) {
    if (node[name] === undefined) continue;
    const plain = name.startsWith('_') ? name.slice(1) : name;
    if (chosen !== undefined && chosen !== plain) report.addAt(name, findings.SECOND_CHOICE);
    chosen ??= plain;
  }
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
  const table = [...propertiesOf(shape).values()];
  const rows = elementRows(shape);
  const isResource = definitions().types[shape.path]?.kind === 'resource';
  const bits = bitsOf(rows);
  const required = rows
    .filter(isRequired)
    .map((row) => ({ label: row.n.replace('[x]', ''), bit: bits.get(row) ?? 0 }));
  const properties = new Map<string, CompiledProperty>();
  if (isResource) properties.set('resourceType', { check: () => {}, bit: 0, isChoice: false });
  for (const property of table) {
    const bit = bits.get(property.row) ?? 0;
    const isChoice = isChoiceRow(property.row);
    properties.set(property.name, { check: checkOf(shape, property), bit, isChoice });
    if (property.shape === null) {
      properties.set(`_${property.name}`, {
        check: siblingCheck(property, checkElement),
        bit,
        isChoice,
      });
    }
  }
  return {
    label: shape.path,
    isResource,
    properties,
    required,
    requiredBits: required.reduce((all, { bit }) => all | bit, 0),
    choices: rows.filter(isChoiceRow).map((row) => choiceNames(row, table)),
    rules: rulesOf(shape, isResource),
    constraints: constraintRules(shape),
  };
}

const checkOf = (shape: Shape, property: Property): Check => {
  const isContained = property.name === 'contained' && property.shape?.type === 'Resource';
  if (isContained) return propertyCheck(shape, property, checkContained);
  if (property.shape?.type === 'Resource') return propertyCheck(shape, property, checkResource);
  const item = property.shape === null ? undefined : objectCheck(property.shape);
  return propertyCheck(shape, property, item);
};

const isRequired = (row: ElementRow): boolean => (row.m ?? 0) > 0;

const isChoiceRow = (row: ElementRow): boolean => row.n.endsWith('[x]') && (row.t?.length ?? 0) > 1;

/** A bit each for the elements that are required or a choice. */
function bitsOf(rows: readonly ElementRow[]): ReadonlyMap<ElementRow, number> {
  const marked = rows.filter((row) => isRequired(row) || isChoiceRow(row));
  invariant(marked.length <= 31, 'the elements to be marked fit a 32-bit word');
  return new Map(marked.map((row, index) => [row, 1 << index]));
}

const choiceNames = (row: ElementRow, table: readonly Property[]): readonly string[] =>
  table.filter((property) => property.row === row).flatMap(({ name }) => [name, `_${name}`]);
