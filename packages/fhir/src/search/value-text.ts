import { MAX_VALUES } from '../limits.ts';

/** Splits at a sign that no backslash escapes; the parts keep their escapes. */
export function splitEscaped(text: string, sign: ',' | '|' | '$'): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === sign) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** https://hl7.org/fhir/R4/search.html#escaping */
export const unescape = (text: string): string => text.replace(/\\([\\,|$])/g, '$1');

/** Reads every comma-separated value; undefined as soon as one does not fit. */
export function readValues<Value>(
  text: string,
  read: (part: string) => Value | undefined,
): readonly Value[] | undefined {
  const parts = splitEscaped(text, ',');
  if (parts.length > MAX_VALUES) return undefined;
  const values: Value[] = [];
  for (const part of parts) {
    const value = part === '' ? undefined : read(part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
