import { type Collection, NOTHING, numberItem, system } from '../item.ts';
import { kindOf } from '../kind.ts';
import { measureOf } from '../quantity.ts';
import { numberOf, single } from '../scope.ts';
import { type FhirPathFunction, type FunctionGroup, plain, withValues } from './function.ts';

/** A function of one number; what is no number in the end is nothing. */
function ofNumber(
  name: string,
  apply: (value: number) => number,
  result: 'integer' | 'decimal',
): FhirPathFunction {
  return plain((items) => {
    const value = numberOf(items, name);
    return value === undefined ? NOTHING : numberItem(apply(value), result === 'integer');
  });
}

function abs(items: Collection): Collection {
  const item = single(items, 'abs()');
  const measure = item !== undefined && kindOf(item) === 'quantity' ? measureOf(item) : undefined;
  if (measure !== undefined) {
    return [system('Quantity', { ...measure, value: Math.abs(measure.value) })];
  }
  const value = numberOf(items, 'abs()');
  return value === undefined
    ? NOTHING
    : numberItem(Math.abs(value), !(item?.type ?? '').toLowerCase().endsWith('decimal'));
}

function log(items: Collection, [base = NOTHING]: readonly Collection[]): Collection {
  const [value, of] = [numberOf(items, 'log()'), numberOf(base, 'log()')];
  if (value === undefined || of === undefined) return NOTHING;
  return numberItem(Number((Math.log(value) / Math.log(of)).toPrecision(15)), false);
}

function power(items: Collection, [exponent = NOTHING]: readonly Collection[]): Collection {
  const [value, by] = [numberOf(items, 'power()'), numberOf(exponent, 'power()')];
  return value === undefined || by === undefined ? NOTHING : numberItem(value ** by);
}

function round(items: Collection, [digits]: readonly Collection[]): Collection {
  const value = numberOf(items, 'round()');
  const precision = digits === undefined ? 0 : (numberOf(digits, 'round()') ?? 0);
  if (value === undefined || precision < 0) return NOTHING;
  const scale = 10 ** Math.min(precision, 15);
  return numberItem(Math.round(value * scale) / scale, false);
}

/** http://hl7.org/fhirpath/N1/#math */
export const math: FunctionGroup = {
  abs: plain(abs),
  ceiling: ofNumber('ceiling()', Math.ceil, 'integer'),
  floor: ofNumber('floor()', Math.floor, 'integer'),
  truncate: ofNumber('truncate()', Math.trunc, 'integer'),
  exp: ofNumber('exp()', Math.exp, 'decimal'),
  ln: ofNumber('ln()', Math.log, 'decimal'),
  sqrt: ofNumber('sqrt()', Math.sqrt, 'decimal'),
  log: withValues([1, 1], log),
  power: withValues([1, 1], power),
  round: withValues([0, 1], round),
};
