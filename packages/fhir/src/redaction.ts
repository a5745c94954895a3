import { ok } from '@holdfast/kernel';
import { definitions } from './definitions.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { editAsWritten } from './json-numbers.ts';
import type { ResourceType } from './resource-types.ts';
import { expressionOf } from './search/errata.ts';
import { propertiesNamed, propertiesOf, shapeOf } from './structure.ts';

const REDACTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'REDACTED',
};

const KEPT: ReadonlySet<string> = new Set(['id', 'meta', 'implicitRules', 'language']);

/**
 * Top elements of a type that may be hidden from a reader, e.g. `telecom` or `value`: what is
 * optional, as the rest must still be a valid resource, and no modifier, without which the rest could
 * be misunderstood.
 */
export function hideableElements(type: ResourceType): ReadonlySet<string> {
  const properties = [...propertiesOf(shapeOf(type)).values()];
  return new Set(
    properties
      .filter(({ element, row }) => !KEPT.has(element) && (row.m ?? 0) === 0 && row.k !== 1)
      .map(({ element }) => element),
  );
}

/**
 * A resource's JSON text without some of its top elements, tagged REDACTED. The narrative, which may
 * tell them again, goes with them, and so do contained resources that nothing left refers to.
 * Decimals keep their digits.
 */
export function redactText(text: string, type: ResourceType, elements: readonly string[]): string {
  const names = new Set(['text', '_text']);
  for (const element of elements) {
    for (const { name } of propertiesNamed(shapeOf(type), element)) names.add(name).add(`_${name}`);
  }
  const edited = editAsWritten([text], ([resource]) =>
    ok(redacted(resource as JsonObject, names) as JsonValue),
  );
  // The edit refuses nothing.
  return edited.ok ? edited.value : '{}';
}

function redacted(resource: JsonObject, names: ReadonlySet<string>): JsonObject {
  const { contained, ...others } = resource;
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !names.has(name)));
  const meta = (rest['meta'] ?? {}) as JsonObject;
  const security = (meta['security'] ?? []) as readonly JsonObject[];
  const tagged = {
    ...rest,
    meta: { ...meta, security: [...security, REDACTED] },
  };
  const kept = names.has('contained') ? [] : referredTo((contained ?? []) as JsonObject[], rest);
  return kept.length === 0 ? tagged : { ...tagged, contained: kept };
}

/** Contained resources that the rest leads to, directly or through one another. */
function referredTo(contained: readonly JsonObject[], rest: object): readonly JsonObject[] {
  let kept: readonly JsonObject[] = [];
  for (;;) {
    const said = JSON.stringify([rest, kept]);
    const next = contained.filter(
      ({ id }) => typeof id === 'string' && said.includes(JSON.stringify(`#${id}`)),
    );
    if (next.length === kept.length) return next;
    kept = next;
  }
}

/**
 * Which top elements of a type a search parameter reads; `'any'` where that can't be told, as of
 * composites and of parameters nobody defined.
 * @param param a parameter's code, or an index row's name such as `code:text`
 */
export function elementsSearched(type: ResourceType, param: string): readonly string[] | 'any' {
  const [code = param] = param.split(':', 1);
  const rows = definitions().search.filter(
    (row) =>
      row.code === code &&
      row.base.some((base) => base === type || base === 'Resource' || base === 'DomainResource'),
  );
  const found: string[] = [];
  for (const row of rows) {
    const path = row.type === 'composite' ? undefined : expressionOf(row);
    if (path === undefined) return 'any';
    for (const [, head, element] of path.matchAll(/\b([A-Z][A-Za-z]+)\.([a-zA-Z]+)/g)) {
      const isOurs = head === type || head === 'Resource' || head === 'DomainResource';
      if (isOurs && element !== undefined) found.push(element);
    }
  }
  return found.length === 0 ? 'any' : found;
}
