import { isJsonList, isJsonObject, type JsonValue } from './json.ts';
import { endOfString } from './json-syntax.ts';

/**
 * Whether an object of `text` has a name twice. `JSON.parse` keeps the last one and drops the rest
 * without a word, so that the server would store something else than what a reader of the text
 * saw. A count of colons outside of strings finds it without a second parse.
 * @param value what `JSON.parse(text)` gave
 */
export function hasDuplicateName(text: string, value: JsonValue): boolean {
  return countColons(text) !== countNames(value);
}

function countColons(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = endOfString(text, i);
    else if (code === 0x3a) count++;
  }
  return count;
}

function countNames(value: JsonValue | undefined): number {
  let count = 0;
  if (isJsonList(value)) for (const item of value) count += countNames(item);
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) count += 1 + countNames(value[name]);
  }
  return count;
}

type Place = { readonly names: Set<string>; name: string } | { index: number };

/** Where a name comes twice, as a path such as `name[0].family`; undefined where none does. */
export function duplicateNamePath(text: string): string | undefined {
  const open: Place[] = [];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    const place = open.at(-1);
    if (sign === '{') open.push({ names: new Set(), name: '' });
    else if (sign === '[') open.push({ index: 0 });
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',' && place !== undefined && 'index' in place) place.index++;
    else if (sign === '"') {
      const end = endOfString(text, i);
      const isName = /^\s*:/.test(text.slice(end + 1, end + 64));
      if (isName && place !== undefined && 'names' in place) {
        place.name = JSON.parse(text.slice(i, end + 1)) as string;
        if (place.names.has(place.name)) return pathOf(open);
        place.names.add(place.name);
      }
      i = end;
    }
  }
  return undefined;
}

function pathOf(open: readonly Place[]): string {
  return open
    .map((place) => ('names' in place ? `.${place.name}` : `[${place.index}]`))
    .join('')
    .replace(/^\./, '');
}
