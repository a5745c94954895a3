import { err, ok, type Result } from '@holdfast/kernel';
import { isResourceType } from '../resource-types.ts';
import type { Criterion, RowsOf } from './search-criterion.ts';
import type { SearchParameter } from './search-parameters.ts';
import { badModifier, badValue } from './search-problems.ts';
import type { SearchProblem } from './search-query.ts';
import {
  dateValue,
  idValue,
  numberValue,
  quantityValue,
  readValues,
  referenceValue,
  stringValue,
  tokenValue,
  unescape,
} from './search-values.ts';

export interface RawCriterion {
  /** As written, with its modifier: names the parameter in problems. */
  readonly written: string;
  readonly modifier: string | undefined;
  readonly text: string;
  readonly base: string | undefined;
}

type Parsed = Result<Criterion, SearchProblem>;

/** Modifiers by kind; `:missing` is offered for all that have index rows. */
const MODIFIERS = {
  token: ['not', 'missing'],
  string: ['exact', 'contains', 'missing'],
  date: ['missing'],
  reference: ['missing', '[type]'],
  number: ['missing'],
  quantity: ['missing'],
  uri: ['missing'],
  composite: [],
  near: [],
  id: [],
  lastUpdated: [],
} as const satisfies Record<SearchParameter['kind'], readonly string[]>;

/** The modifiers a parameter of this kind takes. */
export const modifiersOf = (kind: SearchParameter['kind']): readonly string[] => MODIFIERS[kind];

export function parseCriterion(parameter: SearchParameter, raw: RawCriterion): Parsed {
  const { modifier, written } = raw;
  const allowed = modifiersOf(parameter.kind);
  if (modifier !== undefined && !allowed.includes(modifier)) {
    const typed = parameter.kind === 'reference' && isResourceType(modifier);
    if (!typed) return err(badModifier(written, allowed));
  }
  return modifier === 'missing' ? parseMissing(parameter, raw) : parseValues(parameter, raw);
}

function parseMissing(parameter: SearchParameter, raw: RawCriterion): Parsed {
  const { text } = raw;
  if (text !== 'true' && text !== 'false') return err(badValue(raw.written, 'true or false'));
  const { code: param, kind } = parameter;
  return ok({ kind: 'missing', param, rows: rowsOf(param, kind), missing: text === 'true' });
}

/** Where a parameter's values lie: nowhere for what every resource row has. */
function rowsOf(param: string, kind: SearchParameter['kind']): readonly RowsOf[] {
  return kind === 'id' || kind === 'lastUpdated' ? [] : [{ param, kind }];
}

function parseValues(parameter: SearchParameter, raw: RawCriterion): Parsed {
  const { code: param, kind } = parameter;
  const { text, modifier } = raw;
  const read = <Value>(
    reader: (part: string) => Value | undefined,
    expected: string,
    build: (values: readonly Value[]) => Criterion,
  ): Parsed => {
    const values = readValues(text, reader);
    return values === undefined ? err(badValue(raw.written, expected)) : ok(build(values));
  };
  switch (kind) {
    case 'token':
      return read(tokenValue, 'code, system|code, |code or system|', (values) =>
        modifier === 'not' ? { kind, param, modifier, values } : { kind, param, values },
      );
    case 'string':
      return read(stringValue, 'a text', (values) =>
        modifier === 'exact' || modifier === 'contains'
          ? { kind, param, modifier, values }
          : { kind, param, values },
      );
    case 'date':
      return read(dateValue, DATE, (values) => ({ kind, param, values }));
    case 'lastUpdated':
      return read(dateValue, DATE, (values) => ({ kind, param: '_lastUpdated', values }));
    case 'number':
      return read(numberValue, 'a number', (values) => ({ kind, param, values }));
    case 'quantity':
      return read(quantityValue, 'number, number|system|code or number||code', (values) => ({
        kind,
        param,
        values,
      }));
    case 'uri':
      return read(unescape, 'a URI', (values) => ({ kind, param, values }));
    case 'id':
      return read(idValue, 'ids, separated by commas', (values) => ({
        kind,
        param: '_id',
        values,
      }));
    case 'composite':
    case 'near':
      return err(badModifier(raw.written, []));
    case 'reference':
      return read(referenceReader(parameter, raw), 'id, Type/id or a URL', (values) => ({
        kind,
        param,
        values,
      }));
  }
}

const DATE =
  'a date such as 2024, 2024-03, 2024-03-01 or 2024-03-01T10:00:00Z, with an optional prefix';

function referenceReader(parameter: SearchParameter, raw: RawCriterion) {
  const types = raw.modifier === undefined ? parameter.targets : [raw.modifier];
  return (part: string) => referenceValue(part, types, raw.base);
}
