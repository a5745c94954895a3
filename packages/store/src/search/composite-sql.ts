import type { CompositePartValue, CompositeValue } from '@holdfast/fhir';
import { isResourceType } from '@holdfast/fhir';
import { leadAndRest } from '../composite-row.ts';
import { indexedCode, splitFolded } from '../indexed-text.ts';
import { millisecondMatch, numberMatch } from './range-sql.ts';
import { or, type StatementContext, systemNumber } from './search-context.ts';
import { startsWith } from './string-sql.ts';

/** Which columns of `composite_index` a part stands in. */
const SECOND = { low: 'low', high: 'high' };
const THIRD = { low: 'low2', high: 'high2' };

/** Holds where the row `x` of `composite_index` matches every part of one of the values. */
export function compositeMatch(
  values: readonly CompositeValue[],
  x: string,
  context: StatementContext,
): string {
  return or(
    values.map(({ parts }) => {
      const arranged = leadAndRest(parts);
      if (arranged === undefined) return 'false';
      const { code, system } = arranged.lead.value;
      const conditions: string[] = [];
      if (code !== undefined) conditions.push(`${x}.code = ${context.bind(indexedCode(code))}`);
      if (system !== undefined) {
        conditions.push(`${x}.system = ${context.bind(systemNumber(system, context))}`);
      }
      arranged.rest.forEach((part, i) => {
        const { low, high } = i === 0 ? SECOND : THIRD;
        conditions.push(partMatch(part, { x, low: `${x}.${low}`, high: `${x}.${high}` }, context));
      });
      return `(${conditions.join(' and ')})`;
    }),
  );
}

function partMatch(
  part: CompositePartValue,
  columns: { readonly x: string; readonly low: string; readonly high: string },
  context: StatementContext,
): string {
  const { bind } = context;
  const { x } = columns;
  switch (part.kind) {
    case 'token':
      return unitMatch(part.value, x, context) ?? 'true';
    case 'string':
      return startsWith(`${x}.text`, splitFolded(part.value.folded).head, bind);
    case 'date':
      return millisecondMatch(part.value, columns, bind);
    case 'number':
      return numberMatch(part.value, columns, bind);
    case 'quantity': {
      const unit = unitMatch(part.value, x, context);
      const range = numberMatch(part.value, columns, bind);
      return unit === undefined ? range : `${unit} and ${range}`;
    }
    case 'reference': {
      const { value } = part;
      if ('uri' in value) return `${x}.text = ${bind(indexedCode(value.uri))}`;
      const names = value.types.filter(isResourceType).map((type) => `${type}/${value.id}`);
      return `${x}.text = any(${bind(names)}::text[])`;
    }
  }
}

function unitMatch(
  { system, code }: { readonly system?: string | null; readonly code?: string },
  x: string,
  context: StatementContext,
): string | undefined {
  const parts: string[] = [];
  if (code !== undefined) parts.push(`${x}.text = ${context.bind(indexedCode(code))}`);
  if (system !== undefined) {
    parts.push(`${x}.text_system = ${context.bind(systemNumber(system, context))}`);
  }
  return parts.length === 0 ? undefined : parts.join(' and ');
}
