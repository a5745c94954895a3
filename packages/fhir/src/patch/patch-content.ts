import { err, ok, type Result } from '@holdfast/kernel';
import { isJsonObject, type JsonObject, type JsonValue, listOf, textOf } from '../json.ts';
import { type Property, propertiesOf, type Shape } from '../structure.ts';
import { type Content, contentsOf, withContents } from './element-slot.ts';
import type { PatchProblem } from './patch-problem.ts';

const VALUE = /^value([A-Z][A-Za-z0-9]*)$/;

/** The type a part gives its value, as `value[x]` spells it: `CodeableConcept`. */
function typeSuffix(part: JsonObject): string | undefined {
  const name = Object.keys(part).find((key) => VALUE.test(key.replace(/^_/, '')));
  return name === undefined ? undefined : VALUE.exec(name.replace(/^_/, ''))?.[1];
}

/**
 * The property that an element name stands for, `value` as well as `valueQuantity`; of a choice the
 * one of the part's type.
 */
export function propertyFor(shape: Shape, name: string, part: JsonObject): Property | undefined {
  const table = propertiesOf(shape);
  const plain = name.replace(/\[x\]$/, '');
  const named = [...table.values()].filter(({ element }) => element === plain);
  if (named.length === 1) return named[0];
  return table.get(plain + (typeSuffix(part) ?? '')) ?? table.get(name);
}

/** The content a part gives: a typed value, a resource, or parts of an anonymous type. */
export function contentOf(part: JsonObject, property: Property): Result<Content, PatchProblem> {
  const suffix = typeSuffix(part);
  if (suffix !== undefined) {
    const sibling = part[`_value${suffix}`];
    return ok({
      value: part[`value${suffix}`],
      sibling: isJsonObject(sibling) ? sibling : undefined,
    });
  }
  if (part['resource'] !== undefined) return ok({ value: part['resource'] });
  const parts = listOf(part['part']).filter(isJsonObject);
  return parts.length === 0 || property.shape === null
    ? err(NO_VALUE)
    : anonymous(parts, property.shape);
}

function anonymous(parts: readonly JsonObject[], shape: Shape): Result<Content, PatchProblem> {
  let value: JsonValue = {};
  for (const part of parts) {
    const property = propertyFor(shape, textOf(part['name']) ?? '', part);
    if (property === undefined) return err(UNKNOWN_PART);
    const content = contentOf(part, property);
    if (!content.ok) return content;
    const slot = { holder: [], property };
    const before = property.list ? contentsOf(value, slot) : [];
    value = withContents(value, slot, [...before, content.value]);
  }
  return ok({ value });
}

const NO_VALUE: PatchProblem = {
  code: 'required',
  diagnostics: 'the operation has no value',
  mend: 'Give a part named value with value[x], or with parts for an element without a type.',
};
const UNKNOWN_PART: PatchProblem = {
  code: 'value',
  diagnostics: 'a part of the value is no element of what it should become',
  mend: 'Name the parts of the value after the elements, with value[x] of their type.',
};
