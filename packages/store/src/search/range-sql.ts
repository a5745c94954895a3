import type { DateValue, NumberValue } from '@holdfast/fhir';
import type { Bind } from '../access-gate.ts';
import { timestamp } from '../index-rows.ts';

/** SQL of a stored range's two ends. */
export interface RangeColumns {
  readonly low: string;
  readonly high: string;
}

/**
 * How a stored range `[s, e)` of instants compares with a searched one, see `DateValue`. Where `s` is
 * bounded by the comparison it says so, since the indexes lead with it.
 */
export function dateMatch(value: DateValue, { low: s, high: e }: RangeColumns, bind: Bind): string {
  const start = () => `${bind(timestamp(value.start))}::timestamptz`;
  const end = () => `${bind(timestamp(value.end))}::timestamptz`;
  return datePrefix(value.prefix, { s, e, start, end });
}

/** The same for instants kept as milliseconds since 1970. */
export function millisecondMatch(
  value: DateValue,
  { low: s, high: e }: RangeColumns,
  bind: Bind,
): string {
  const start = () => `${bind(value.start)}::float8`;
  const end = () => `${bind(value.end)}::float8`;
  return datePrefix(value.prefix, { s, e, start, end });
}

function datePrefix(
  prefix: DateValue['prefix'],
  { s, e, start, end }: { s: string; e: string; start: () => string; end: () => string },
): string {
  switch (prefix) {
    case 'eq': {
      const limit = end();
      return `(${s} >= ${start()} and ${s} <= ${limit} and ${e} <= ${limit})`;
    }
    case 'ne':
      return `not (${s} >= ${start()} and ${e} <= ${end()})`;
    case 'gt':
      return `${e} > ${end()}`;
    case 'lt':
      return `${s} < ${start()}`;
    case 'ge':
      return `(${e} > ${end()} or ${s} >= ${start()})`;
    case 'le': {
      const limit = end();
      return `(${s} <= ${limit} and (${s} < ${start()} or ${e} <= ${limit}))`;
    }
    case 'sa':
      return `${s} >= ${end()}`;
    case 'eb': {
      const limit = start();
      return `(${s} <= ${limit} and ${e} <= ${limit})`;
    }
    case 'ap':
      return `(${s} < ${end()} and ${e} > ${start()})`;
  }
}

/**
 * The same for the instant of the last update, which the server writes in milliseconds: each
 * comparison is one of the column itself, so that its index can be used.
 */
export function updatedMatch(value: DateValue, u: string, bind: Bind): string {
  const start = () => `${bind(timestamp(value.start))}::timestamptz`;
  const end = () => `${bind(timestamp(value.end))}::timestamptz`;
  switch (value.prefix) {
    case 'eq':
    case 'ap':
      return `(${u} >= ${start()} and ${u} < ${end()})`;
    case 'ne':
      return `not (${u} >= ${start()} and ${u} < ${end()})`;
    case 'gt':
    case 'sa':
      return `${u} >= ${end()}`;
    case 'lt':
    case 'eb':
      return `${u} < ${start()}`;
    case 'ge':
      return `${u} >= ${start()}`;
    case 'le':
      return `${u} < ${end()}`;
  }
}

/** How a stored range `[l, h]` of numbers compares with a searched one, see `NumberValue`. */
export function numberMatch(
  { prefix, value, low, high }: NumberValue,
  { low: l, high: h }: RangeColumns,
  bind: Bind,
): string {
  const number = (n: number): string => `${bind(n)}::float8`;
  switch (prefix) {
    case 'eq': {
      const limit = number(high);
      return `(${l} >= ${number(low)} and ${l} < ${limit} and ${h} < ${limit})`;
    }
    case 'ne':
      return `not (${l} >= ${number(low)} and ${h} < ${number(high)})`;
    case 'gt':
      return `${h} > ${number(value)}`;
    case 'lt':
      return `${l} < ${number(value)}`;
    case 'ge':
      return `${h} >= ${number(value)}`;
    case 'le':
      return `${l} <= ${number(value)}`;
    case 'sa':
      return `${l} > ${number(value)}`;
    case 'eb':
      return `${h} < ${number(value)}`;
    case 'ap':
      return `(${l} <= ${number(high)} and ${h} >= ${number(low)})`;
  }
}
