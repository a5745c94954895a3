import type { CompositePartValue, CompositeValue, ReferenceValue } from './criterion-values.ts';
import { numberValue, quantityValue } from './read-number.ts';
import { dateValue, referenceValue, stringValue, tokenValue } from './read-value.ts';
import type { SearchKind, SearchParameter } from './search-parameter.ts';
import { splitEscaped } from './value-text.ts';

type ReadPart = (text: string) => CompositePartValue | undefined;

/** Reads `part$part`, each part as its own parameter would be (without modifiers). */
export function compositeValue(
  { components = [], targets }: SearchParameter,
  base: string | undefined,
): (text: string) => CompositeValue | undefined {
  const readers = components.map((kind) =>
    partReader(kind, (text) => referenceValue(text, { types: targets, only: false, base })),
  );
  return (text) => {
    const texts = splitEscaped(text, '$');
    if (texts.length !== readers.length) return undefined;
    const parts: CompositePartValue[] = [];
    for (const [i, part] of texts.entries()) {
      const value = part === '' ? undefined : readers[i]?.(part);
      if (value === undefined) return undefined;
      parts.push(value);
    }
    return { parts };
  };
}

function partReader(
  kind: SearchKind,
  readReference: (text: string) => ReferenceValue | undefined,
): ReadPart {
  const reader = <Kind extends CompositePartValue['kind'], Value>(
    name: Kind,
    read: (text: string) => Value | undefined,
  ) => {
    return (text: string) => {
      const value = read(text);
      return value === undefined ? undefined : { kind: name, value };
    };
  };
  switch (kind) {
    case 'token':
      return reader('token', tokenValue);
    case 'string':
      return reader('string', stringValue);
    case 'date':
      return reader('date', dateValue);
    case 'number':
      return reader('number', numberValue);
    case 'quantity':
      return reader('quantity', quantityValue);
    case 'reference':
      return reader('reference', readReference);
    default:
      return () => undefined;
  }
}
