import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { indexOf, type JsonPointer, valueAt } from './json-pointer.ts';

/**
 * Edits of JSON values that share what they leave alone with the original, which stays as it was.
 * Undefined = there is no such place.
 */
type Edited = JsonValue | undefined;

/** Adds as RFC 6902 section 4.1 does: a member is set, a list item inserted, `-` appends. */
export function addAt(document: JsonValue, pointer: JsonPointer, value: JsonValue): Edited {
  if (pointer.length === 0) return value;
  return edit(document, pointer, (holder, step) => {
    if (isJsonObject(holder)) return withMember(holder, step, value);
    const index = step === '-' ? holder.length : indexOf(step);
    if (index === undefined || index > holder.length) return undefined;
    return holder.toSpliced(index, 0, value);
  });
}

export function replaceAt(document: JsonValue, pointer: JsonPointer, value: JsonValue): Edited {
  if (pointer.length === 0) return value;
  return edit(document, pointer, (holder, step) => {
    if (valueAt(holder, [step]) === undefined) return undefined;
    return isJsonList(holder) ? holder.with(Number(step), value) : withMember(holder, step, value);
  });
}

export function removeAt(document: JsonValue, pointer: JsonPointer): Edited {
  return edit(document, pointer, (holder, step) => {
    if (valueAt(holder, [step]) === undefined) return undefined;
    return isJsonList(holder) ? holder.toSpliced(Number(step), 1) : withoutMember(holder, step);
  });
}

type Holder = JsonObject | readonly JsonValue[];
type Change = (holder: Holder, step: string) => Edited;

/** Copies the holders on the way to the last step, and lets `change` make the last one. */
function edit(document: JsonValue, pointer: JsonPointer, change: Change): Edited {
  const [step, ...rest] = pointer;
  if (step === undefined || !(isJsonList(document) || isJsonObject(document))) return undefined;
  if (rest.length === 0) return change(document, step);
  const inner = valueAt(document, [step]);
  const edited = inner === undefined ? undefined : edit(inner, rest, change);
  if (edited === undefined) return undefined;
  return isJsonList(document)
    ? document.with(Number(step), edited)
    : withMember(document, step, edited);
}

/** A computed key makes an own property even of `__proto__`; an assignment would not. */
const withMember = (holder: JsonObject, name: string, value: JsonValue): JsonObject => ({
  ...holder,
  [name]: value,
});

function withoutMember(holder: JsonObject, name: string): JsonObject {
  const { [name]: _removed, ...rest } = holder;
  return rest;
}
