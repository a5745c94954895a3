import { isJsonList, isJsonObject, type JsonValue } from '../json.ts';

/**
 * A value without its empty lists and objects, which FHIR does not know: whoever takes away the
 * last part takes away the whole. Parts without any are shared with the original. In the `_` list
 * beside primitives an empty item becomes null, as it keeps a place.
 * @returns undefined where nothing is left
 */
export function withoutEmpty(value: JsonValue | undefined, name = ''): JsonValue | undefined {
  if (isJsonList(value)) return listWithoutEmpty(value, name.startsWith('_'));
  if (!isJsonObject(value)) return value;
  const kept: [string, JsonValue][] = [];
  let isSame = true;
  for (const [key, part] of Object.entries(value)) {
    const left = withoutEmpty(part, key);
    isSame &&= left === part;
    if (left !== undefined) kept.push([key, left]);
  }
  if (kept.length === 0) return undefined;
  return isSame ? value : Object.fromEntries(kept);
}

function listWithoutEmpty(
  list: readonly JsonValue[],
  keepsPlaces: boolean,
): readonly JsonValue[] | undefined {
  const parts = list.map((item) => {
    const left = withoutEmpty(item);
    return left === undefined && keepsPlaces ? null : left;
  });
  const kept = parts.filter((part) => part !== undefined);
  if (!kept.some((part) => part !== null)) return undefined;
  const isSame = kept.length === list.length && kept.every((part, index) => part === list[index]);
  return isSame ? list : kept;
}
