import type { Fault } from '@holdfast/kernel';
import type { DearPart, SearchCost } from '@holdfast/store';
import { serverFault } from '../errors.ts';

/** What to do about each, for whoever writes the search. */
const MENDS: Readonly<Record<DearPart['kind'], string>> = {
  unindexed:
    'no index leads from it to few resources: add a patient, an identifier or a code, or search for the beginning of a text',
  link: 'each resource leads to several others: search for these first, then by their references',
  sort: 'every resource of the type is read to be sorted: name a patient, or sort by _lastUpdated or the main date',
  include: 'each resource on the page brings others: ask for a smaller _count or include fewer',
  total: 'every match is counted: leave _total out, or ask for _total=estimate',
  types: 'many types are read: name the types that are needed in _type',
  page: 'the page is large: ask for a smaller _count',
};

/** Says which parameters make a search dear; their names, never their values. */
export function tooCostly({ reads, parts }: SearchCost, most: number): Fault {
  const dear = parts.filter((part) => part.reads * 10 >= reads).slice(0, 3);
  const named = dear.map(({ parameter, kind }) => `${parameter}: ${MENDS[kind]}.`);
  return serverFault('SERVER_SEARCH_TOO_COSTLY', {
    expression: [...new Set(dear.map(({ parameter }) => parameter))],
    diagnostics: `It is predicted to cost as much as ${thousands(reads)} reads of one resource; ${thousands(most)} are allowed here. ${named.join(' ')}`,
  });
}

const thousands = (reads: number): string => Math.ceil(reads).toLocaleString('en');
