import { isJsonObject, type JsonObject, type JsonValue, textOf } from '../json.ts';
import { canonicalUnit, UCUM } from './canonical-unit.ts';
import type { EntryLists } from './index-entries.ts';
import type { Selector } from './selector.ts';
import type { Sink } from './token-sinks.ts';

const QUANTITIES = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration']);
const NUMBERS = new Set(['integer', 'decimal', 'positiveInt', 'unsignedInt']);
const ISO_4217 = 'urn:iso:std:iso:4217';

export function numberSink(param: string, selector: Selector): Sink | undefined {
  if (NUMBERS.has(selector.type)) {
    return (value, out) => {
      if (typeof value === 'number') out.numbers.push({ param, low: value, high: value });
    };
  }
  if (selector.type !== 'Range') return undefined;
  return (value, out) => {
    const range = rangeOf(value);
    if (range !== undefined) out.numbers.push({ param, low: range.low, high: range.high });
  };
}

export function quantitySink(param: string, selector: Selector): Sink | undefined {
  const { type } = selector;
  if (QUANTITIES.has(type)) return (value, out) => pushQuantity(param, value, out);
  if (type === 'Money') return (value, out) => pushMoney(param, value, out);
  if (type === 'Range') {
    return (value, out) => {
      const range = rangeOf(value);
      if (range !== undefined) pushAmount(param, range, out);
    };
  }
  if (type === 'SampledData') return (value, out) => pushSampledData(param, value, out);
  return undefined;
}

function pushQuantity(param: string, value: JsonValue, out: EntryLists): void {
  if (!isJsonObject(value)) return;
  const number = value['value'];
  if (typeof number !== 'number') return;
  const comparator = value['comparator'];
  const below = comparator === '<' || comparator === '<=';
  const above = comparator === '>' || comparator === '>=';
  const low = below ? Number.NEGATIVE_INFINITY : number;
  const high = above ? Number.POSITIVE_INFINITY : number;
  pushAmount(param, { unit: value, low, high }, out);
}

function pushMoney(param: string, value: JsonValue, out: EntryLists): void {
  if (!isJsonObject(value)) return;
  const { value: number, currency } = value;
  if (typeof number !== 'number') return;
  const code = typeof currency === 'string' ? currency : null;
  out.quantities.push({ param, system: ISO_4217, code, low: number, high: number });
}

/** The limits of measurement say what a sample can be; without both there is no range to search. */
function pushSampledData(param: string, value: JsonValue, out: EntryLists): void {
  if (!isJsonObject(value)) return;
  const { origin, lowerLimit, upperLimit } = value;
  if (typeof lowerLimit !== 'number' || typeof upperLimit !== 'number') return;
  const unit = isJsonObject(origin) ? origin : {};
  pushAmount(param, { unit, low: lowerLimit, high: upperLimit }, out);
}

function rangeOf(value: JsonValue) {
  if (!isJsonObject(value)) return undefined;
  const low = isJsonObject(value['low']) ? value['low'] : undefined;
  const high = isJsonObject(value['high']) ? value['high'] : undefined;
  const from = low?.['value'];
  const to = high?.['value'];
  if (typeof from !== 'number' && typeof to !== 'number') return undefined;
  return {
    unit: low ?? high ?? {},
    low: typeof from === 'number' ? from : Number.NEGATIVE_INFINITY,
    high: typeof to === 'number' ? to : Number.POSITIVE_INFINITY,
  };
}

interface Amount {
  /** What holds `code`, `system` and `unit`. */
  readonly unit: JsonObject;
  readonly low: number;
  readonly high: number;
}

/** Rows by the coded unit, by the written one where it differs, and in UCUM's base units. */
function pushAmount(param: string, { unit, low, high }: Amount, out: EntryLists): void {
  const code = textOf(unit['code']) ?? null;
  const system = code === null ? null : (textOf(unit['system']) ?? null);
  const shown = textOf(unit['unit']) ?? null;
  const written = shown === code ? null : shown;
  if (code !== null || written === null) out.quantities.push({ param, system, code, low, high });
  if (written !== null) out.quantities.push({ param, system: null, code: written, low, high });
  const canonical = system === UCUM && code !== null ? canonicalUnit(code) : undefined;
  if (canonical === undefined) return;
  out.quantities.push({
    param: `${param}:canonical`,
    system: UCUM,
    code: canonical.code,
    low: canonical.inBase(low),
    high: canonical.inBase(high),
  });
}
