import type { ResourceType } from '@holdfast/fhir';
import { typeCode } from '@holdfast/fhir';
import type { AccessGate, Bind } from '../access-gate.ts';
import { rowsOfParameter } from '../combined-parameters.ts';

/** The database's numbers, as far as a search needs them; undefined where no resource has one. */
export interface SearchDictionary {
  knownParameter(type: ResourceType, code: string): number | undefined;
  knownSystem(uri: string): number | undefined;
}

/** One statement while it is written. `$1` is the tenant. */
export interface StatementContext {
  readonly dictionary: SearchDictionary;
  readonly gate: AccessGate;
  readonly bind: Bind;
  /** A table alias that no other part of the statement uses. */
  readonly fresh: () => string;
}

/** An alias of `resource` that criteria are asked of, and the types its rows may have. */
export interface RowContext extends StatementContext {
  readonly row: string;
  readonly types: readonly ResourceType[];
}

export function statementContext(
  parts: Pick<StatementContext, 'dictionary' | 'gate' | 'bind'>,
): StatementContext {
  let aliases = 0;
  return { ...parts, fresh: () => `x${++aliases}` };
}

/** Number of a system in index rows; one that no resource has matches none. */
export const systemNumber = (
  system: string | null,
  { dictionary }: Pick<StatementContext, 'dictionary'>,
): number => (system === null ? 0 : (dictionary.knownSystem(system) ?? NO_NUMBER));

const NO_NUMBER = -1;

const parameterNumbers = (
  type: ResourceType,
  code: string,
  { dictionary }: Pick<StatementContext, 'dictionary'>,
): number[] =>
  rowsOfParameter(type, code).map((one) => dictionary.knownParameter(type, one) ?? NO_NUMBER);

/** `x`'s rows of a parameter, coming from a resource: spelled for the index `..._resource`. */
export function ofParameter(x: string, code: string, context: RowContext): string {
  const { bind, row, types } = context;
  const numbers = types.map((type) => parameterNumbers(type, code, context));
  const [only = []] = numbers;
  if (types.length === 1) {
    return only.length === 1
      ? `${x}.param::integer = ${bind(only[0])}`
      : `${x}.param::integer = any(${bind(only)}::integer[])`;
  }
  // The parameter has a number for each type: picked by the row's own.
  const byType: number[] = [];
  types.forEach((type, i) => {
    byType[typeCode(type)] = numbers[i]?.[0] ?? NO_NUMBER;
  });
  const list = Array.from(byType, (number) => number ?? NO_NUMBER);
  return `${x}.param::integer = (${bind(list)}::integer[])[${row}.type + 1]`;
}

/** `x`'s rows of a parameter, coming from a value: spelled for the index `..._value`. */
export function withParameter(
  x: string,
  code: string,
  context: StatementContext & { readonly types: readonly ResourceType[] },
): string {
  const numbers = context.types.flatMap((type) => parameterNumbers(type, code, context));
  const known = [...new Set(numbers)].filter((number) => number !== NO_NUMBER);
  if (known.length <= 1) return `${x}.param = ${context.bind(known[0] ?? NO_NUMBER)}`;
  return `${x}.param = any(${context.bind(known)}::smallint[])`;
}

/** Whether the row is of one of these types. */
export function ofTypes(types: readonly ResourceType[], { row, bind }: RowContext): string {
  const codes = types.map(typeCode);
  return codes.length === 1
    ? `${row}.type = ${bind(codes[0])}`
    : `${row}.type = any(${bind(codes)}::smallint[])`;
}

/**
 * What a search may see of an alias of `resource`. Every alias that a criterion or an include reaches
 * carries it: what may not be released can neither be found nor searched by (invariant 8).
 */
export const released = (row: string, { gate, bind }: StatementContext): string =>
  `not ${row}.deleted and ${gate.releasable(row, bind)}`;

export const or = (parts: readonly string[]): string =>
  parts.length === 1
    ? (parts[0] ?? 'false')
    : parts.length === 0
      ? 'false'
      : `(${parts.join(' or ')})`;
