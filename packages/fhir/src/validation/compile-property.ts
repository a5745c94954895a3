import { definitions } from '../definitions.ts';
import { isJsonList, isJsonObject, type JsonValue } from '../json.ts';
import type { Property, Shape } from '../structure.ts';
import { boundCode, boundConcept } from './bindings.ts';
import type { Check } from './check.ts';
import { elementConstraints } from './constraints.ts';
import { primitiveCheck } from './primitive-checks.ts';
import { targetCheck } from './reference-rules.ts';
import type { Report } from './report.ts';
import * as findings from './structure-findings.ts';

/**
 * The check of a property: its cardinality, its items, and what the element asks of them beyond
 * their type (binding, reference targets, constraints).
 * @param object the check of its items, where they are objects
 */
export function propertyCheck(holder: Shape, property: Property, object?: Check): Check {
  const isPrimitive = object === undefined;
  const own = object ?? primitiveItem(holder, property);
  const further = [
    ...(isPrimitive ? [] : [boundConcept(property), targetCheck(property)]),
    elementConstraints(holder, property),
  ].filter((check) => check !== undefined);
  const item = further.length === 0 ? own : inTurn([own, ...further]);
  if (!property.list) return singleCheck(item);
  return isPrimitive ? primitiveList(item, `_${property.name}`) : objectList(item);
}

/**
 * The check of the `_` sibling of a primitive: ids and extensions.
 * @param element the check of objects of the shape `Element`
 */
export function siblingCheck(property: Property, element: Check): Check {
  const { name } = property;
  if (!property.list) {
    return (value, report, holder) => {
      element(value, report, holder);
      checkNotEmpty(value, holder[name], report);
    };
  }
  return (value, report, holder) => {
    if (!isJsonList(value)) return report.add(findings.wrongKind('a list'));
    if (value.length === 0) report.add(findings.EMPTY_LIST);
    const beside = holder[name];
    for (let i = 0; i < value.length && !report.isFull; i++) {
      const part = value[i];
      if (part === null || part === undefined) continue;
      const from = report.count;
      element(part, report, holder);
      checkNotEmpty(part, isJsonList(beside) ? beside[i] : undefined, report);
      if (report.count !== from) report.within(from, i);
    }
  };
}

/** `ele-1` for primitives: a value, or an extension that stands for it. */
function checkNotEmpty(sibling: JsonValue, value: JsonValue | undefined, report: Report): void {
  if ((value !== undefined && value !== null) || !isJsonObject(sibling)) return;
  if (sibling['id'] !== undefined && sibling['extension'] === undefined) {
    report.add(findings.ONLY_ID);
  }
}

/** Stops at the first check that finds something. */
function inTurn(checks: readonly Check[]): Check {
  return (value, report, holder) => {
    const from = report.count;
    for (const check of checks) {
      check(value, report, holder);
      if (report.count !== from) return;
    }
  };
}

function primitiveItem(holder: Shape, property: Property): Check {
  const isResourceId =
    property.name === 'id' && definitions().types[holder.path]?.kind === 'resource';
  // R4 types `Resource.id` as string in the snapshot; the data type page makes it an id.
  const type = isResourceId ? 'id' : property.type;
  const bound = type === 'code' ? boundCode(property) : undefined;
  const isValid = primitiveCheck(type);
  const plain: Check = (value, report) => {
    const expected = isValid(value);
    if (expected === undefined) return;
    report.add({ code: 'value', diagnostics: `no valid ${type}`, mend: `Give ${expected}.` });
  };
  if (bound === undefined) return plain;
  return (value, report, node) => {
    if (bound.codes.has(value)) return;
    if (isValid(value) === undefined) report.add(bound.finding);
    else plain(value, report, node);
  };
}

function singleCheck(item: Check): Check {
  return (value, report, holder) => {
    if (value === null) report.add(findings.NULL_VALUE);
    else if (isJsonList(value)) report.add(findings.NOT_A_LIST);
    else item(value, report, holder);
  };
}

function objectList(item: Check): Check {
  return (value, report, holder) => {
    if (!isJsonList(value)) return report.add(findings.wrongKind('a list'));
    if (value.length === 0) report.add(findings.EMPTY_LIST);
    for (let i = 0; i < value.length && !report.isFull; i++) {
      const from = report.count;
      const part = value[i];
      if (part === null || part === undefined) report.add(findings.NULL_VALUE);
      else item(part, report, holder);
      if (report.count !== from) report.within(from, i);
    }
  };
}

/** In a list of primitives a null keeps the place of an item that has only extensions. */
function primitiveList(item: Check, sibling: string): Check {
  return (value, report, holder) => {
    if (!isJsonList(value)) return report.add(findings.wrongKind('a list'));
    if (value.length === 0) report.add(findings.EMPTY_LIST);
    let hasNull = false;
    for (let i = 0; i < value.length && !report.isFull; i++) {
      const part = value[i];
      if (part === null || part === undefined) {
        hasNull = true;
        continue;
      }
      const from = report.count;
      item(part, report, holder);
      if (report.count !== from) report.within(from, i);
    }
    const beside = holder[sibling];
    if (hasNull || beside !== undefined) checkPlaces(value, beside, report);
  };
}

/** Every null of a primitive list needs an extension in the same place of the `_` list. */
function checkPlaces(
  value: readonly JsonValue[],
  sibling: JsonValue | undefined,
  report: Report,
): void {
  const beside = isJsonList(sibling) ? sibling : undefined;
  if (beside !== undefined && beside.length !== value.length) report.add(findings.UNEVEN);
  else if (value.some((part, i) => part === null && !isJsonObject(beside?.[i]))) {
    report.add(findings.NULL_VALUE);
  }
}
