import { isJsonObject, type JsonObject, type JsonValue } from '@holdfast/fhir';

export const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';

/** The extensions of an element, by the last part of their URL: guides differ in the part before. */
export function extensionsOf(element: JsonValue | undefined, name: string): readonly JsonObject[] {
  if (!isJsonObject(element) || !Array.isArray(element['extension'])) return [];
  return element['extension'].filter(
    (each): each is JsonObject => isJsonObject(each) && lastPart(each['url']) === name,
  );
}

/** The only `value[x]` of the first such extension; undefined where there is none. */
export function extensionValue(
  element: JsonValue | undefined,
  name: string,
): JsonValue | undefined {
  const [first] = extensionsOf(element, name);
  return first === undefined ? undefined : valueOf(first);
}

export function extensionText(element: JsonValue | undefined, name: string): string | null {
  const value = extensionValue(element, name);
  return typeof value === 'string' ? value : null;
}

/** The text of a primitive; empty for anything else. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function valueOf(extension: JsonObject): JsonValue | undefined {
  const key = Object.keys(extension).find((each) => each.startsWith('value'));
  return key === undefined ? undefined : extension[key];
}

function lastPart(url: JsonValue | undefined): string | undefined {
  return typeof url === 'string' ? url.slice(url.search(/[^/.]*$/)) : undefined;
}
