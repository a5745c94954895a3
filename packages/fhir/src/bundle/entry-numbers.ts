import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { countNumbers, type WrittenNumbers } from '../json-numbers.ts';

/**
 * Which of a bundle's numbers stand in which entry's resource: by position of the entry.
 * @param numbers those of the whole bundle as sent
 */
export function entryNumbers(
  bundle: JsonObject,
  numbers: WrittenNumbers,
): (index: number) => WrittenNumbers {
  if (numbers === null) return () => null;
  const slices: WrittenNumbers[] = [];
  let at = 0;
  const skip = (value: JsonValue | undefined): void => {
    at += countNumbers(value);
  };
  const entry = (value: JsonValue): void => {
    let slice: WrittenNumbers = null;
    if (isJsonObject(value)) {
      for (const name of Object.keys(value)) {
        const from = at;
        skip(value[name]);
        if (name === 'resource') slice = numbers.slice(from, at);
      }
    } else skip(value);
    slices.push(slice);
  };
  for (const name of Object.keys(bundle)) {
    const value = bundle[name];
    if (name === 'entry' && isJsonList(value)) value.forEach(entry);
    else skip(value);
  }
  return (index) => slices[index] ?? null;
}
