import { FhirPathError } from './fhirpath-error.ts';
import {
  type Collection,
  type Item,
  NOTHING,
  numberItem,
  scalarText,
  system,
  textItem,
} from './item.ts';
import { kindOf } from './kind.ts';
import { measureOf } from './quantity.ts';
import { type Evaluate, single } from './scope.ts';
import { shiftTemporal } from './shift-temporal.ts';
import type { Operator } from './syntax.ts';

/** `+ - * / div mod` over numbers, texts, quantities and dates. */
export function calculation(operator: Operator, left: Evaluate, right: Evaluate): Evaluate {
  return (scope) => {
    const [a, b] = [single(left(scope), operator), single(right(scope), operator)];
    if (a?.value === undefined || b?.value === undefined) return NOTHING;
    return calculate(operator, a, b);
  };
}

function calculate(operator: Operator, left: Item, right: Item): Collection {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === 'number' && b === 'number') return calculateNumbers(operator, left, right);
  if (operator === '+' && a === 'string' && b === 'string') {
    return textItem(scalarText(left.value) + scalarText(right.value));
  }
  const isShift = operator === '+' || operator === '-';
  if (isShift && b === 'quantity' && (a === 'date' || a === 'dateTime' || a === 'time')) {
    return shiftTemporal(left, measureOf(right), operator);
  }
  if (a === 'quantity' || b === 'quantity') return calculateMeasures(operator, left, right);
  throw new FhirPathError('execution', `no ${operator} of a ${a} and a ${b}`);
}

function calculateNumbers(operator: Operator, left: Item, right: Item): Collection {
  const [a, b] = [Number(left.value), Number(right.value)];
  const areIntegers = isInteger(left) && isInteger(right);
  switch (operator) {
    case '+':
      return numberItem(trimmed(a + b), areIntegers);
    case '-':
      return numberItem(trimmed(a - b), areIntegers);
    case '*':
      return numberItem(trimmed(a * b), areIntegers);
    case '/':
      return numberItem(trimmed(a / b), false);
    case 'div':
      return numberItem(Math.trunc(trimmed(a / b)), true);
    default:
      return numberItem(trimmed(a % b), areIntegers);
  }
}

const isInteger = ({ type, value }: Item): boolean =>
  type !== 'System.Decimal' && type !== 'decimal' && Number.isInteger(value);

/** Binary fractions carry noise in the last digits that decimal ones would not have. */
const trimmed = (value: number): number => Number(value.toPrecision(15));

function calculateMeasures(operator: Operator, left: Item, right: Item): Collection {
  const [a, b] = [measureOf(left), measureOf(right)];
  if (a === undefined || b === undefined) return NOTHING;
  const quantity = (value: number, unit: string) => [system('Quantity', { value, unit })];
  const isScaled = a.unit === '1' || b.unit === '1';
  if ((operator === '+' || operator === '-') && a.unit === b.unit) {
    return quantity(trimmed(operator === '+' ? a.value + b.value : a.value - b.value), a.unit);
  }
  if (operator === '*' && isScaled) {
    return quantity(trimmed(a.value * b.value), a.unit === '1' ? b.unit : a.unit);
  }
  if (operator === '/' && b.value !== 0 && (b.unit === '1' || a.unit === b.unit)) {
    return quantity(trimmed(a.value / b.value), a.unit === b.unit ? '1' : a.unit);
  }
  return NOTHING;
}
