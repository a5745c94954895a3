import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { parseReference } from './reference.ts';
import type { Resource } from './resource.ts';
import type { ResourceType } from './resource-types.ts';

export interface LocalReference {
  /** FHIRPath of the element that holds `reference`, e.g. `Observation.performer[0]`. */
  readonly path: string;
  readonly type: ResourceType;
  readonly id: string;
  readonly version?: string;
}

export interface FoundReference {
  /** FHIRPath of the text itself, e.g. `Observation.subject.reference`. */
  readonly path: string;
  readonly text: string;
}

/** Every literal reference into this server, inside contained resources and extensions too. */
export function localReferences(resource: Resource): readonly LocalReference[] {
  const found: LocalReference[] = [];
  for (const { path, text } of referenceTexts(resource)) {
    const target = parseReference(text);
    if (target.kind !== 'local') continue;
    const { type, id, version } = target;
    const at = path.replace(/\.reference$/, '');
    found.push(version === undefined ? { path: at, type, id } : { path: at, type, id, version });
  }
  return found;
}

/** The text of every `Reference.reference` in a resource, in document order. */
export function referenceTexts(resource: Resource): readonly FoundReference[] {
  const found: FoundReference[] = [];
  walk(resource, resource.resourceType, found);
  return found;
}

function walk(node: JsonObject, path: string, found: FoundReference[]): void {
  for (const [name, value] of Object.entries(node)) {
    if (name === 'reference' && typeof value === 'string') {
      found.push({ path: `${path}.reference`, text: value });
    } else if (isJsonList(value)) {
      value.forEach((item, index) => {
        if (isJsonObject(item)) walk(item, `${path}.${name}[${index}]`, found);
      });
    } else if (isJsonObject(value)) walk(value, `${path}.${name}`, found);
  }
}

/**
 * A copy with references replaced; parts without a replaced reference are shared with the original.
 * Covers `Reference.reference` everywhere, and `uri`, `url`, `canonical` values that equal a
 * `urn:uuid:` or `urn:oid:` key, as R4's transaction rules ask
 * (https://hl7.org/fhir/R4/http.html#trules).
 * @param map full text of a reference (`urn:uuid:…`, `Practitioner?identifier=…`) to its
 * replacement
 */
export function rewriteReferences(resource: Resource, map: ReadonlyMap<string, string>): Resource {
  return map.size === 0 ? resource : (rewrite(resource, map) as Resource);
}

/**
 * A copy in which references below this server's own address are relative (`Patient/1`), the one
 * form that indexes, compartments and with them access rules follow. A Bundle that is stored as it
 * is, is left as it is.
 * @param base this server's address ending in `/`
 */
export function withRelativeReferences(resource: Resource, base: string): Resource {
  if (resource.resourceType === 'Bundle') return resource;
  const relative = new Map<string, string>();
  for (const { text } of referenceTexts(resource)) {
    if (!text.startsWith(base)) continue;
    const rest = text.slice(base.length);
    if (parseReference(rest).kind === 'local') relative.set(text, rest);
  }
  return rewriteReferences(resource, relative);
}

function rewrite(node: JsonObject, map: ReadonlyMap<string, string>): JsonObject {
  let copy: Record<string, JsonValue | undefined> | undefined;
  for (const name of Object.keys(node)) {
    const value = node[name];
    const next = rewriteValue(name, value, map);
    if (next !== value) {
      copy ??= { ...node };
      copy[name] = next;
    }
  }
  return copy ?? node;
}

// Elements of type uri, url, canonical, oid or uuid; `system` names a code system, never an entry.
const POINTER = /^(?:uri|url|target|library)$|^(?!fullUrl$).*(?:Uri|Url|Canonical|Uuid|Oid)$/;

function rewriteValue(
  name: string,
  value: JsonValue | undefined,
  map: ReadonlyMap<string, string>,
): JsonValue | undefined {
  if (typeof value === 'string') {
    const mayPoint = name === 'reference' || (value.startsWith('urn:') && POINTER.test(name));
    return mayPoint ? (map.get(value) ?? value) : value;
  }
  if (isJsonList(value)) return rewriteList(name, value, map);
  return isJsonObject(value) ? rewrite(value, map) : value;
}

function rewriteList(
  name: string,
  list: readonly JsonValue[],
  map: ReadonlyMap<string, string>,
): readonly JsonValue[] {
  const copy = list.map((item) => rewriteValue(name, item, map) ?? null);
  return copy.some((item, index) => item !== list[index]) ? copy : list;
}
