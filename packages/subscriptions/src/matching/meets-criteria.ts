import type {
  CompositeEntry,
  CompositePart,
  Criterion,
  IndexEntries,
  Resource,
} from '@holdfast/fhir';
import {
  dateMatches,
  numberMatches,
  quantityMatches,
  referenceMatches,
  stringMatches,
  tokenMatches,
} from './compare-values.ts';

/** A resource with everything it is found by. */
export interface Indexed {
  readonly resource: Resource & { readonly id: string };
  readonly entries: IndexEntries;
  /** `meta.lastUpdated` in ms since 1970. */
  readonly updatedMs: number;
}

const UNANSWERABLE: ReadonlySet<Criterion['kind']> = new Set([
  'chain',
  'has',
  'compartment',
  'near',
  'valueSet',
  'subsumption',
]);

/** Whether a criterion needs more than the resource itself (other resources, code systems). */
export function unanswerable(criterion: Criterion): boolean {
  return UNANSWERABLE.has(criterion.kind);
}

/** Whether a resource meets all criteria: the answer a search for it would give. */
export function meetsCriteria(of: Indexed, criteria: readonly Criterion[]): boolean {
  return criteria.every((criterion) => meets(of, criterion));
}

function meets({ resource, entries, updatedMs }: Indexed, criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'token': {
      const any = rows(entries.tokens, criterion.param).some((row) =>
        criterion.values.some((value) => tokenMatches(row, value)),
      );
      return criterion.modifier === 'not' ? !any : any;
    }
    case 'string':
      return rows(entries.strings, criterion.param).some((row) =>
        criterion.values.some((value) => stringMatches(row, value, criterion.modifier)),
      );
    case 'date':
      return rows(entries.dates, criterion.param).some((row) =>
        criterion.values.some((value) => dateMatches(row, value)),
      );
    case 'reference':
      return rows(entries.references, criterion.param).some((row) =>
        criterion.values.some((value) => referenceMatches(row, value)),
      );
    case 'number':
      return rows(entries.numbers, criterion.param).some((row) =>
        criterion.values.some((value) => numberMatches(row, value)),
      );
    case 'quantity':
      return criterion.values.some((value) =>
        rows(entries.quantities, withCanonical(criterion.param, value)).some((row) =>
          quantityMatches(row, value),
        ),
      );
    case 'uri':
      return rows(entries.uris, criterion.param).some(({ uri }) =>
        criterion.values.some(
          (value) =>
            uri === value || (criterion.modifier === 'below' && uri.startsWith(`${value}/`)),
        ),
      );
    case 'composite':
      return criterion.values.some((value) =>
        meetsComposite(entries.composites, criterion.param, value.parts),
      );
    case 'id':
      return criterion.values.includes(resource.id) !== (criterion.modifier === 'not');
    case 'lastUpdated': {
      const row = { start: updatedMs, end: updatedMs + 1 };
      return criterion.values.some((value) => dateMatches(row, value));
    }
    case 'missing': {
      const there = criterion.rows.some(
        ({ kind, param }) =>
          rows<{ readonly param: string }>(entries[LISTS[kind]], param).length > 0,
      );
      return there !== criterion.missing;
    }
    default:
      // Refused when the subscription was read: see `unanswerable`.
      return false;
  }
}

const LISTS = {
  token: 'tokens',
  string: 'strings',
  date: 'dates',
  reference: 'references',
  number: 'numbers',
  quantity: 'quantities',
  uri: 'uris',
  composite: 'composites',
  near: 'positions',
} as const satisfies Readonly<Record<string, keyof IndexEntries>>;

function rows<Row extends { readonly param: string }>(
  list: readonly Row[],
  param: string,
): readonly Row[] {
  return list.filter((row) => row.param === param);
}

function withCanonical(param: string, value: { readonly canonical?: true }): string {
  return value.canonical === true ? `${param}:canonical` : param;
}

type CompositeParts = Extract<Criterion, { kind: 'composite' }>['values'][number]['parts'];

function meetsComposite(
  list: readonly CompositeEntry[],
  param: string,
  parts: CompositeParts,
): boolean {
  const canonical = parts.some((part) => part.kind === 'quantity' && part.value.canonical === true);
  return rows(list, canonical ? `${param}:canonical` : param).some((row) =>
    parts.every((part, i) => meetsPart(row.parts[i], part)),
  );
}

function meetsPart(row: CompositePart | undefined, part: CompositeParts[number]): boolean {
  if (row === undefined) return false;
  switch (part.kind) {
    case 'token':
      return row.kind === 'token' && tokenMatches(row, part.value);
    case 'string':
      return row.kind === 'string' && stringMatches(row, part.value);
    case 'date':
      return row.kind === 'date' && dateMatches(row, part.value);
    case 'number':
      return row.kind === 'number' && numberMatches(row, part.value);
    case 'quantity':
      return row.kind === 'quantity' && quantityMatches(row, part.value);
    case 'reference':
      return row.kind === 'reference' && referenceMatches(row, part.value);
  }
}
