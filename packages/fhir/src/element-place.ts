import { isJsonList, isJsonObject, type JsonValue } from './json.ts';

/** What is looked for: a value of an element, or an element's name. */
export interface Sought {
  readonly value?: (value: JsonValue) => boolean;
  readonly name?: (name: string) => boolean;
}

/**
 * The FHIRPath of the first element of a resource that is what is sought; undefined where none is.
 * An element with such a name is told by what holds it: the name itself may be unfit to be repeated.
 */
export function elementPlace(body: JsonValue, sought: Sought): string | undefined {
  const type = isJsonObject(body) ? body['resourceType'] : undefined;
  return placeWithin(
    body,
    typeof type === 'string' && /^[A-Za-z]+$/.test(type) ? type : '',
    sought,
  );
}

function placeWithin(value: JsonValue, path: string, sought: Sought): string | undefined {
  if (isJsonList(value)) {
    return firstPlace(
      value.map((item, index) => [`${path}[${index}]`, item] as const),
      sought,
    );
  }
  if (!isJsonObject(value)) return sought.value?.(value) === true ? path : undefined;
  const names = Object.keys(value);
  if (sought.name !== undefined && names.some(sought.name)) return path;
  const prefix = path === '' ? '' : `${path}.`;
  return firstPlace(
    names.map((name) => [`${prefix}${name}`, value[name] ?? null] as const),
    sought,
  );
}

function firstPlace(
  items: readonly (readonly [path: string, value: JsonValue])[],
  sought: Sought,
): string | undefined {
  for (const [path, value] of items) {
    const place = placeWithin(value, path, sought);
    if (place !== undefined) return place;
  }
  return undefined;
}
