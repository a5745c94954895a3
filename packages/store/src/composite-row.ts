import type { CompositePart } from '@holdfast/fhir';
import { invariant } from '@holdfast/kernel';
import { indexedCode, splitFolded } from './indexed-text.ts';

/** [param, code, system, text, text system, low, high, low2, high2], see `composite_index`. */
export type CompositeRow = readonly [
  number,
  string,
  number,
  string,
  number,
  number,
  number,
  number,
  number,
];

/**
 * The token part leads, since every composite of R4 has one; what is left stands in its order.
 * @returns undefined where there is none
 */
export function leadAndRest<Part extends { readonly kind: string }>(
  parts: readonly Part[],
): { readonly lead: Extract<Part, { kind: 'token' }>; readonly rest: readonly Part[] } | undefined {
  const lead = parts.find(
    (part): part is Extract<Part, { kind: 'token' }> => part.kind === 'token',
  );
  return lead && { lead, rest: parts.filter((part) => part !== lead) };
}

interface Columns {
  readonly text: string;
  readonly textSystem: number;
  readonly low: number;
  readonly high: number;
}

export function compositeRow(
  param: number,
  parts: readonly CompositePart[],
  system: (uri: string | null) => number,
): CompositeRow {
  const arranged = leadAndRest(parts);
  invariant(arranged !== undefined, 'STO-11 every composite has a token part');
  const { lead, rest } = arranged;
  const [second = NO_PART, third = NO_PART] = rest.map((part) => columnsOf(part, system));
  return [
    param,
    indexedCode(lead.code),
    system(lead.system),
    second.text,
    second.textSystem,
    second.low,
    second.high,
    third.low,
    third.high,
  ];
}

const NO_PART: Columns = { text: '', textSystem: 0, low: 0, high: 0 };

function columnsOf(part: CompositePart, system: (uri: string | null) => number): Columns {
  switch (part.kind) {
    case 'token':
      return { ...NO_PART, text: indexedCode(part.code), textSystem: system(part.system) };
    case 'string':
      return { ...NO_PART, text: splitFolded(part.folded).head };
    case 'date':
      return { ...NO_PART, low: part.start, high: part.end };
    case 'number':
      return { ...NO_PART, low: part.low, high: part.high };
    case 'quantity':
      return {
        text: indexedCode(part.code ?? ''),
        textSystem: system(part.system),
        low: part.low,
        high: part.high,
      };
    case 'reference':
      return {
        ...NO_PART,
        text: indexedCode('uri' in part ? part.uri : `${part.type}/${part.id}`),
      };
  }
}
