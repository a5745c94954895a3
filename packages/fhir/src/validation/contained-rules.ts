import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Rule } from './check.ts';
import type { Finding, Report } from './report.ts';

/**
 * Contained resources (https://hl7.org/fhir/R4/references.html#contained): `dom-2` to `dom-5`, and
 * each with an id of its own.
 */
export const containedRule: Rule = (node, report) => {
  const { contained } = node;
  if (!isJsonList(contained)) return;
  const from = report.count;
  const ids = new Set<unknown>();
  const referred = localNames(node);
  for (const [index, resource] of contained.entries()) {
    if (!isJsonObject(resource)) continue;
    const before = report.count;
    checkContained(resource, report);
    const { id } = resource;
    if (id === undefined || ids.has(id)) report.addAt('id', NO_ID);
    ids.add(id);
    const isReferred =
      (typeof id === 'string' && referred.has(`#${id}`)) || localNames(resource).has('#');
    if (!isReferred) report.add(UNREFERENCED);
    report.within(before, index);
  }
  report.within(from, 'contained');
};

function checkContained(resource: JsonObject, report: Report): void {
  if (resource['contained'] !== undefined) report.addAt('contained', NESTED);
  const { meta } = resource;
  if (!isJsonObject(meta)) return;
  const before = report.count;
  for (const name of ['versionId', 'lastUpdated', 'security']) {
    if (meta[name] !== undefined) report.addAt(name, OF_THE_CONTAINER);
  }
  report.within(before, 'meta');
}

/** Every text that may refer to a contained resource: `#id`, or `#` for the container. */
function localNames(value: JsonValue, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value);
  } else if (isJsonList(value)) {
    for (const part of value) localNames(part, found);
  } else if (isJsonObject(value)) {
    for (const name in value) {
      const part = value[name];
      if (part !== undefined) localNames(part, found);
    }
  }
  return found;
}

const NESTED: Finding = {
  code: 'invariant',
  diagnostics: 'dom-2: a contained resource contains another',
  mend: 'Contain both in the outer resource.',
};
const OF_THE_CONTAINER: Finding = {
  code: 'invariant',
  diagnostics: 'dom-4, dom-5: a contained resource has no version, time or security of its own',
  mend: 'Leave it to the container.',
};
const NO_ID: Finding = {
  code: 'required',
  diagnostics: 'a contained resource without an id of its own',
  mend: 'Give it an id, and refer to it by # and that id.',
};
const UNREFERENCED: Finding = {
  code: 'invariant',
  diagnostics: 'dom-3: nothing refers to this contained resource, nor it to its container',
  mend: 'Refer to it by # and its id, or remove it.',
};
