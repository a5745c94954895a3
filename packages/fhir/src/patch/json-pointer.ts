import type { JsonValue } from '../json.ts';
import { isJsonList, isJsonObject } from '../json.ts';

/** A JSON Pointer (RFC 6901) as its unescaped steps; no steps = the whole document. */
export type JsonPointer = readonly string[];

/** Reads a pointer; undefined where the text is none. */
export function parsePointer(text: string): JsonPointer | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const INDEX = /^(?:0|[1-9]\d{0,8})$/;

/** The position a step names in a list; undefined for `-` and for what is no array index. */
export function indexOf(step: string): number | undefined {
  return INDEX.test(step) ? Number(step) : undefined;
}

/** The value at a pointer; undefined where nothing is. Inherited properties are not there. */
export function valueAt(document: JsonValue, pointer: JsonPointer): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const step of pointer) {
    if (isJsonList(value)) {
      const index = indexOf(step);
      value = index === undefined ? undefined : value[index];
    } else if (isJsonObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * The pointer as FHIRPath, e.g. `Patient.name[0].family`. It ends before the first step that could
 * not be an element: what stands there may be data.
 */
export function pointerExpression(type: string, pointer: JsonPointer): string {
  let text = type;
  for (const step of pointer) {
    const index = indexOf(step);
    if (index !== undefined) text += `[${index}]`;
    else if (ELEMENT_NAME.test(step)) text += `.${step}`;
    else break;
  }
  return text;
}
