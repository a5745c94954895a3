import {
  type Collection,
  type Item,
  NOTHING,
  numberItem,
  system,
  textItem,
  truthItem,
} from '../item.ts';
import { kindOf } from '../kind.ts';
import { measureOf, unitName } from '../quantity.ts';
import { single } from '../scope.ts';
import { parseDateTime, parseTime } from '../temporal.ts';
import { type FunctionGroup, ofItem, plain, withValues } from './function.ts';

type Conversion = (item: Item) => Collection;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  '1.0': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
  '0.0': false,
};

function toBoolean({ value }: Item): Collection {
  if (typeof value === 'boolean') return truthItem(value);
  if (typeof value === 'number')
    return truthItem(value === 1 ? true : value === 0 ? false : undefined);
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return truthItem(Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined);
}

function toInteger({ value, type }: Item): Collection {
  if (typeof value === 'boolean') return numberItem(Number(value));
  if (typeof value === 'number' && Number.isInteger(value) && type !== 'System.Decimal') {
    return numberItem(value);
  }
  return typeof value === 'string' && /^[+-]?\d+$/.test(value)
    ? numberItem(Number(value))
    : NOTHING;
}

function toDecimal({ value }: Item): Collection {
  if (typeof value === 'boolean' || typeof value === 'number')
    return numberItem(Number(value), false);
  const isNumber = typeof value === 'string' && /^[+-]?\d+(?:\.\d+)?$/.test(value);
  return isNumber ? numberItem(Number(value), false) : NOTHING;
}

function toText(item: Item): Collection {
  const { value, type } = item;
  if (typeof value === 'string') return textItem(value);
  if (type === 'System.Decimal' && Number.isInteger(value)) return textItem(`${Number(value)}.0`);
  if (typeof value === 'number' || typeof value === 'boolean') return textItem(String(value));
  const measure = kindOf(item) === 'quantity' ? measureOf(item) : undefined;
  if (measure === undefined) return NOTHING;
  const unit = unitName(measure.unit);
  const isCalendar = /^(?:year|month|week|day|hour|minute|second|millisecond)$/.test(unit);
  return textItem(`${measure.value} ${isCalendar ? unit : `'${unit}'`}`);
}

const DAY_LENGTH = 10;

function toDate(item: Item): Collection {
  const { value } = item;
  if (typeof value !== 'string' || parseDateTime(value) === undefined) return NOTHING;
  const isText = kindOf(item) === 'string';
  return isText && value.includes('T') ? NOTHING : [system('Date', value.slice(0, DAY_LENGTH))];
}

const toDateTime: Conversion = ({ value }) =>
  typeof value === 'string' && parseDateTime(value) !== undefined
    ? [system('DateTime', value)]
    : NOTHING;

const toTime: Conversion = ({ value }) =>
  typeof value === 'string' && parseTime(value) !== undefined ? [system('Time', value)] : NOTHING;

const QUANTITY = /^([+-]?\d+(?:\.\d+)?)(?:\s*'([^']+)'|\s+([a-zA-Z]+))?$/;
const CALENDAR = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;

function toQuantity(item: Item): Collection {
  const { value } = item;
  if (typeof value === 'boolean') return quantity(Number(value), '1');
  const measure = typeof value === 'string' ? undefined : measureOf(item);
  if (measure !== undefined) return quantity(measure.value, measure.unit);
  const match = typeof value === 'string' ? QUANTITY.exec(value) : null;
  if (match === null) return NOTHING;
  const [, number, code, word] = match;
  if (word !== undefined && !CALENDAR.test(word)) return NOTHING;
  return quantity(Number(number), code ?? unitName(word ?? '1'));
}

const quantity = (value: number, unit: string): Collection => [system('Quantity', { value, unit })];

const converts = (name: string, convert: Conversion) =>
  ofItem(name, (item) => truthItem(convert(item).length > 0));

/** http://hl7.org/fhirpath/N1/#conversion */
export const conversion: FunctionGroup = {
  toBoolean: ofItem('toBoolean()', toBoolean),
  toInteger: ofItem('toInteger()', toInteger),
  toDecimal: ofItem('toDecimal()', toDecimal),
  toString: ofItem('toString()', toText),
  toDate: ofItem('toDate()', toDate),
  toDateTime: ofItem('toDateTime()', toDateTime),
  toTime: ofItem('toTime()', toTime),
  toQuantity: withValues([0, 1], (items) => {
    const item = single(items, 'toQuantity()');
    return item === undefined ? NOTHING : toQuantity(item);
  }),
  convertsToBoolean: converts('convertsToBoolean()', toBoolean),
  convertsToInteger: converts('convertsToInteger()', toInteger),
  convertsToDecimal: converts('convertsToDecimal()', toDecimal),
  convertsToString: converts('convertsToString()', toText),
  convertsToDate: converts('convertsToDate()', toDate),
  convertsToDateTime: converts('convertsToDateTime()', toDateTime),
  convertsToTime: converts('convertsToTime()', toTime),
  convertsToQuantity: plain((items) => {
    const item = single(items, 'convertsToQuantity()');
    return item === undefined ? NOTHING : truthItem(toQuantity(item).length > 0);
  }),
};
