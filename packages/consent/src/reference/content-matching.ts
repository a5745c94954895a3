import type { RowFacts } from '@holdfast/store';
import { type ContentFacts, contentFactsOf } from '../content/content-facts.ts';
import type {
  Attribute,
  ClassValue,
  Conditions,
  DataReference,
  Effect,
} from '../model/consent-model.ts';
import type { Mismatch } from './reason.ts';

/** The attributes of a provision that ask about the resource itself, and what of them does not match. */
export function contentMismatches(
  { class: kind, document, code, data, dataPeriod }: Conditions,
  effect: Effect,
  row: RowFacts,
): readonly Mismatch[] {
  const facts = contentFactsOf(row);
  // A fact that is missing matches for deny and does not match for permit.
  const missing = effect === 'deny';
  const found: Mismatch[] = [];
  const check = <Value>(
    attribute: string,
    stated: Attribute<Value> | undefined,
    matches: (value: Value) => boolean,
  ): void => {
    if (stated?.kind !== 'values' || stated.values.some(matches)) return;
    found.push({ attribute, words: `${row.type}/${row.id} is not of those named` });
  };
  const isOfClass = (value: ClassValue): boolean =>
    value.kind === 'type'
      ? value.type === row.type
      : facts === undefined
        ? missing
        : value.kind === 'profile'
          ? facts.profiles.has(value.url)
          : facts.classCodings.has(value.coding);
  check('class', kind, isOfClass);
  check('documentType', document, isOfClass);
  check('code', code, (coding) => (facts === undefined ? missing : facts.codings.has(coding)));
  check('data', data, (each) => isNamed(each, { row, facts, missing }));
  if (dataPeriod?.kind === 'interval') {
    const time = facts?.time;
    const matches =
      time === undefined
        ? missing
        : effect === 'permit'
          ? time.from >= dataPeriod.from && time.until <= dataPeriod.until
          : time.from < dataPeriod.until && time.until >= dataPeriod.from;
    if (!matches) {
      found.push({ attribute: 'dataPeriod', words: 'the data is not of the period named' });
    }
  }
  return found;
}

function isNamed(
  { meaning, reference }: DataReference,
  asked: {
    readonly row: RowFacts;
    readonly facts: ContentFacts | undefined;
    readonly missing: boolean;
  },
): boolean {
  const { row, facts, missing } = asked;
  const isItself = reference === `${row.type}/${row.id}`;
  if (meaning === 'instance') return isItself;
  if (meaning === 'related') {
    return isItself || (facts === undefined ? missing : facts.references.has(reference));
  }
  // Nobody on record as its author is a missing fact.
  if (facts === undefined || facts.authors.size === 0) return missing;
  return facts.authors.has(reference);
}
