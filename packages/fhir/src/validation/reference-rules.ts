import { isJsonObject, type JsonObject, listOf } from '../json.ts';
import { parseReference, type ReferenceTarget } from '../reference.ts';
import type { Property } from '../structure.ts';
import type { Check, Rule } from './check.ts';
import type { Finding, Report } from './report.ts';

/**
 * The literal of a reference (https://hl7.org/fhir/R4/references.html#literal): relative to this
 * server, absolute, a search that a transaction resolves, or local. `ref-1`: what is local is there.
 */
export const referenceRule: Rule = (node, report) => {
  const text = node['reference'];
  if (typeof text !== 'string') return;
  const target = targetOf(text);
  if (target.kind === 'uri' && !ABSOLUTE.test(text)) report.addAt('reference', NO_REFERENCE);
  else if (target.kind === 'contained' && !isThere(target.label, report)) {
    report.addAt('reference', NOT_CONTAINED);
  }
};

let last: { readonly text: string; readonly target: ReferenceTarget } | undefined;

/** The rule and the check of targets look at the same text one after the other. */
function targetOf(text: string): ReferenceTarget {
  if (last?.text !== text) last = { text, target: parseReference(text) };
  return last.target;
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S/;

/** `#` alone means the container. */
const isThere = (label: string, { root }: Report): boolean =>
  label === '' || containedNamed(label, root) !== undefined;

function containedNamed(label: string, root: JsonObject): JsonObject | undefined {
  return listOf(root['contained'])
    .filter(isJsonObject)
    .find((one) => one['id'] === label);
}

/** The check that a reference points at a type its element allows; undefined where any will do. */
export function targetCheck(property: Property): Check | undefined {
  const allowed = property.type === 'Reference' ? property.row.p : undefined;
  if (allowed === undefined) return undefined;
  const types = new Set(allowed);
  const finding: Finding = {
    code: 'value',
    diagnostics: 'a reference to a type that may not stand here',
    mend: `Refer to ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}.`,
  };
  return (value, report) => {
    if (!isJsonObject(value)) return;
    const type = typeMeant(value, report);
    if (type !== undefined && !types.has(type)) report.add(finding);
  };
}

/** From the text, the contained resource, or what `type` states; undefined where nothing tells. */
function typeMeant(reference: JsonObject, { root }: Report): string | undefined {
  const text = reference['reference'];
  const stated = reference['type'];
  if (typeof text === 'string') {
    const target = targetOf(text);
    if (target.kind === 'contained') {
      const found = target.label === '' ? root : containedNamed(target.label, root);
      const type = found?.['resourceType'];
      return typeof type === 'string' ? type : undefined;
    }
    if (target.type !== undefined) return target.type;
  }
  return typeof stated === 'string' ? stated.slice(stated.lastIndexOf('/') + 1) : undefined;
}

const NO_REFERENCE: Finding = {
  code: 'value',
  diagnostics: 'no reference that can be followed',
  mend: 'Give Type/id, an absolute URL, a urn:uuid, or # and the id of a contained resource.',
};
const NOT_CONTAINED: Finding = {
  code: 'invariant',
  diagnostics: 'ref-1: no contained resource has this id',
  mend: 'Contain the resource, or refer to it where it stands.',
};
