import { ok, type Result } from '@holdfast/kernel';
import { isJsonList, isJsonObject, type JsonValue } from './json.ts';
import { endOfString } from './json-syntax.ts';

/**
 * Every number of a JSON text as it was written, in document order: FHIR decimals carry their
 * precision (https://hl7.org/fhir/R4/datatypes.html#decimal), so `1.10` must go out as `1.10`, and
 * JavaScript numbers forget that. Null where `JSON.stringify` would write every number the same,
 * as it does for nearly all resources.
 */
export type WrittenNumbers = readonly string[] | null;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Replaces every number of a valid JSON text, in document order. */
function replaceNumbers(text: string, replacement: (number: string) => string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = endOfString(text, i);
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = i;
      const number = NUMBER.exec(text)?.[0] ?? '-';
      const next = replacement(number);
      if (next !== number) {
        out += text.slice(from, i) + next;
        from = i + number.length;
      }
      i += number.length - 1;
    }
  }
  return out + text.slice(from);
}

/** Up to 15 digits without fraction, exponent or sign always come back as they were. */
const staysAsWritten = (number: string): boolean =>
  (number.length < 16 && /^\d+$/.test(number)) || String(Number(number)) === number;

/** @param text valid JSON */
export function writtenNumbers(text: string): WrittenNumbers {
  let differs = false;
  const numbers: string[] = [];
  replaceNumbers(text, (number) => {
    numbers.push(number);
    differs ||= !staysAsWritten(number);
    return number;
  });
  return differs ? numbers : null;
}

/** True where a number is beyond what a double can hold: it would become null. */
export function hasNumberOutOfRange(text: string): boolean {
  let found = false;
  replaceNumbers(text, (number) => {
    found ||= number.length > 3 && !Number.isFinite(Number(number));
    return number;
  });
  return found;
}

/** How many numbers a value holds. */
export function countNumbers(value: JsonValue | undefined): number {
  if (typeof value === 'number') return 1;
  let count = 0;
  if (isJsonList(value)) for (const item of value) count += countNumbers(item);
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) count += countNumbers(value[name]);
  }
  return count;
}

/**
 * `JSON.stringify` with the numbers as they were written.
 * @param numbers those of `value`, in its own order: changes to anything but numbers do no harm
 */
export function stringifyAsWritten(value: JsonValue, numbers: WrittenNumbers): string {
  const text = JSON.stringify(value);
  if (numbers === null) return text;
  let nth = 0;
  return replaceNumbers(text, (number) => numbers[nth++] ?? number);
}

const MARK = '\uE000';
const MARKED = new RegExp(`"${MARK}(-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)"`, 'g');

/** True where a string of the text could be taken for a marked number. */
const holdsMark = (text: string): boolean => text.includes(MARK) || /\\u[eE]000/.test(text);

/**
 * A change of structure, such as a patch, under which numbers keep their spelling: those that
 * JavaScript would write otherwise are strings while `edit` looks at them, equal where they are
 * spelt alike.
 * @param texts valid JSON: what is changed, and what it is changed by
 * @returns the JSON text of what `edit` made
 */
export function editAsWritten<Refusal>(
  texts: readonly string[],
  edit: (values: readonly JsonValue[]) => Result<JsonValue, Refusal>,
): Result<string, Refusal> {
  const marks = !texts.some(holdsMark);
  const edited = edit(texts.map((text) => JSON.parse(marks ? marked(text) : text) as JsonValue));
  if (!edited.ok) return edited;
  const text = JSON.stringify(edited.value);
  return ok(marks ? text.replace(MARKED, '$1') : text);
}

const marked = (text: string): string =>
  replaceNumbers(text, (number) => (staysAsWritten(number) ? number : `"${MARK}${number}"`));
