import type { Item } from './item.ts';

/** What a value can be compared and calculated as. */
export type Kind =
  | 'boolean'
  | 'string'
  | 'number'
  | 'date'
  | 'dateTime'
  | 'time'
  | 'quantity'
  | 'object';

const KINDS: Readonly<Record<string, Kind>> = {
  boolean: 'boolean',
  'System.Boolean': 'boolean',
  'System.Integer': 'number',
  'System.Decimal': 'number',
  integer: 'number',
  positiveInt: 'number',
  unsignedInt: 'number',
  decimal: 'number',
  date: 'date',
  'System.Date': 'date',
  dateTime: 'dateTime',
  instant: 'dateTime',
  'System.DateTime': 'dateTime',
  time: 'time',
  'System.Time': 'time',
  Quantity: 'quantity',
  Age: 'quantity',
  Count: 'quantity',
  Distance: 'quantity',
  Duration: 'quantity',
  'System.Quantity': 'quantity',
};

/** By the type, and for values that do not fit it by what they are. */
export function kindOf({ type, value }: Item): Kind {
  const kind = KINDS[type];
  switch (typeof value) {
    case 'string':
      return kind === 'date' || kind === 'dateTime' || kind === 'time' ? kind : 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return kind === 'quantity' ? kind : 'object';
  }
}
