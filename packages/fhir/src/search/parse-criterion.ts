import { err, ok, type Result } from '@holdfast/kernel';
import { isResourceType } from '../resource-types.ts';
import { compositeValue } from './read-composite.ts';
import { nearValue, numberValue, quantityValue } from './read-number.ts';
import {
  codeOfSystem,
  dateValue,
  idValue,
  pathsAbove,
  referenceValue,
  stringValue,
  tokenValue,
  typedIdentifier,
} from './read-value.ts';
import type { Criterion, RowsOf } from './search-criterion.ts';
import type { SearchParameter } from './search-parameter.ts';
import { badModifier, badValue } from './search-problems.ts';
import type { SearchProblem } from './search-query.ts';
import { soundsOf } from './text-sinks.ts';
import { readValues, unescape } from './value-text.ts';

export interface RawCriterion {
  /** As written, with its modifier: names the parameter in problems. */
  readonly written: string;
  readonly modifier: string | undefined;
  readonly text: string;
  readonly base: string | undefined;
}

type Parsed = Result<Criterion, SearchProblem>;

export function parseCriterion(parameter: SearchParameter, raw: RawCriterion): Parsed {
  const { modifier, written } = raw;
  const { code: param, kind, modifiers } = parameter;
  const typed = modifier !== undefined && kind === 'reference' && isResourceType(modifier);
  if (modifier !== undefined && !typed && !modifiers.includes(modifier)) {
    return err(badModifier(written, modifiers));
  }
  switch (modifier) {
    case undefined:
      return parsePlain(parameter, raw);
    case 'missing':
      return parseMissing(parameter, raw);
    case 'identifier':
      return read(raw, TOKEN, (values) => ({
        kind: 'token',
        param: `${param}:identifier`,
        values,
      }));
    case 'of-type':
      return read(raw, OF_TYPE, (values) => ({ kind: 'token', param: `${param}:of-type`, values }));
    case 'text':
      return read(raw, STRING, (values) => ({ kind: 'string', param: `${param}:text`, values }));
    case 'in':
    case 'not-in':
      return read(raw, URI, (values) => ({ kind: 'valueSet', param, modifier, values }));
    case 'above':
    case 'below':
      return kind === 'uri'
        ? parsePath(param, modifier, raw)
        : parseSubsumption(param, modifier, raw);
    default:
      return parsePlain(parameter, raw);
  }
}

/** How values of one form are read, and what to tell the caller who wrote something else. */
type Form<Value> = readonly [read: (part: string) => Value | undefined, expected: string];

const TOKEN = [tokenValue, 'code, system|code, |code or system|'] as const;
const OF_TYPE = [typedIdentifier, 'system|code|value of an identifier and its type'] as const;
const STRING = [stringValue, 'a text'] as const;
const DATE = [
  dateValue,
  'a date such as 2024, 2024-03, 2024-03-01 or 2024-03-01T10:00:00Z, with an optional prefix',
] as const;
const NUMBER = [numberValue, 'a number'] as const;
const QUANTITY = [quantityValue, 'number, number|system|code or number||code'] as const;
const URI = [unescape, 'a URI'] as const;
const ID = [idValue, 'ids, separated by commas'] as const;
const NEAR = [nearValue, 'latitude|longitude|distance|unit of length'] as const;
const SUBSUMED = [codeOfSystem, 'system|code'] as const;

function read<Value>(
  raw: RawCriterion,
  [reader, expected]: Form<Value>,
  build: (values: readonly Value[]) => Criterion,
): Parsed {
  const values = readValues(raw.text, reader);
  return values === undefined ? err(badValue(raw.written, expected)) : ok(build(values));
}

function parsePlain(parameter: SearchParameter, raw: RawCriterion): Parsed {
  const { code: param, kind } = parameter;
  const { modifier } = raw;
  switch (kind) {
    case 'token':
      return read(raw, TOKEN, (values) =>
        modifier === 'not' ? { kind, param, modifier, values } : { kind, param, values },
      );
    case 'string':
      return read(raw, STRING, (values) =>
        modifier === 'exact' || modifier === 'contains'
          ? { kind, param, modifier, values }
          : { kind, param, values },
      );
    case 'phonetic':
      return read(raw, [soundValues, 'a name in Latin letters'], (values) => ({
        kind: 'token',
        param,
        values: values.flat(),
      }));
    case 'date':
      return read(raw, DATE, (values) => ({ kind, param, values }));
    case 'lastUpdated':
      return read(raw, DATE, (values) => ({ kind, param: '_lastUpdated', values }));
    case 'number':
      return read(raw, NUMBER, (values) => ({ kind, param, values }));
    case 'quantity':
      return read(raw, QUANTITY, (values) => ({ kind, param, values }));
    case 'uri':
      return read(raw, URI, (values) => ({ kind, param, values }));
    case 'near':
      return read(raw, NEAR, (values) => ({ kind, param, values }));
    case 'id':
      return read(raw, ID, (values) =>
        modifier === 'not'
          ? { kind, param: '_id', modifier, values }
          : { kind, param: '_id', values },
      );
    case 'composite':
      return read(
        raw,
        [compositeValue(parameter, raw.base), 'its parts, joined by $'],
        (values) => ({
          kind,
          param,
          values,
        }),
      );
    case 'reference':
      return parseReferences(parameter, raw);
  }
}

function parseReferences({ code: param, targets }: SearchParameter, raw: RawCriterion): Parsed {
  const { modifier, base } = raw;
  const types = modifier === undefined ? targets : [modifier];
  const context = { types, only: modifier !== undefined, base };
  const form = [(part: string) => referenceValue(part, context), 'id, Type/id or a URL'] as const;
  return read(raw, form, (values) => ({ kind: 'reference', param, values }));
}

function soundValues(part: string) {
  const sounds = soundsOf(unescape(part));
  return sounds.length === 0 ? undefined : sounds.map((code) => ({ code }));
}

function parsePath(param: string, modifier: 'above' | 'below', raw: RawCriterion): Parsed {
  return read(raw, URI, (values) =>
    modifier === 'below'
      ? { kind: 'uri', param, modifier, values: values.map((uri) => uri.replace(/\/+$/, '')) }
      : { kind: 'uri', param, values: [...new Set(values.flatMap(pathsAbove))] },
  );
}

function parseSubsumption(param: string, modifier: 'above' | 'below', raw: RawCriterion): Parsed {
  return read(raw, SUBSUMED, (values) => ({ kind: 'subsumption', param, modifier, values }));
}

function parseMissing(
  { code: param, kind, modifiers }: SearchParameter,
  raw: RawCriterion,
): Parsed {
  const { text } = raw;
  if (text !== 'true' && text !== 'false') return err(badValue(raw.written, 'true or false'));
  const rows: RowsOf[] =
    kind === 'id' || kind === 'lastUpdated' || kind === 'phonetic' ? [] : [{ param, kind }];
  if (modifiers.includes('text')) rows.push({ param: `${param}:text`, kind: 'string' });
  if (modifiers.includes('identifier')) rows.push({ param: `${param}:identifier`, kind: 'token' });
  return ok({ kind: 'missing', param, rows, missing: text === 'true' });
}
