import type { Issue } from '../issue.ts';
import { parseReference } from '../reference.ts';
import { referenceTexts } from '../references.ts';
import { type EntryRequest, entryIssue } from './entry-request.ts';
import type { ConditionalReference } from './transaction-plan.ts';

/** An entry with the id it will be stored under. */
export interface Identified {
  readonly request: EntryRequest;
  readonly id: string;
}

/**
 * What references between entries become: `urn:uuid:…` and absolute full URLs to `Type/id`, and
 * `Type/old` to `Type/new` where a created entry was known by another id at its source.
 */
export function entryLinks(entries: readonly Identified[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  const named = new Set(entries.map(({ request: { type, id } }) => `${type}/${id ?? ''}`));
  for (const { request, id } of entries) {
    const { fullUrl, type, method } = request;
    if (fullUrl === undefined || (method !== 'POST' && method !== 'PUT')) continue;
    const target = `${type}/${id}`;
    links.set(fullUrl, target);
    if (method === 'POST' && fullUrl.startsWith('http')) {
      const tail = fullUrl.split('/').slice(-2).join('/');
      // Where another entry names this id on our side, `Type/old` means that one.
      if (tail.startsWith(`${type}/`) && !named.has(tail)) links.set(tail, target);
    }
  }
  return links;
}

export interface Unlinked {
  readonly issues: readonly Issue[];
  readonly conditional: readonly ConditionalReference[];
}

/** `urn:` references that no entry answers (an issue each), and references by search. */
export function unlinkedReferences(
  entries: readonly Identified[],
  links: ReadonlyMap<string, string>,
): Unlinked {
  const issues: Issue[] = [];
  const found = new Map<string, ConditionalReference & { entries: number[] }>();
  for (const { request } of entries) {
    const { resource, index, method } = request;
    if (method === 'PATCH') continue;
    // A bundle stored as a resource keeps its own links.
    if (resource === undefined || resource.resourceType === 'Bundle') continue;
    for (const { text, path } of referenceTexts(resource)) {
      if (links.has(text)) continue;
      if (text.startsWith('urn:')) issues.push(unresolved(index, path, resource.resourceType));
      else if (text.includes('?')) noteConditional(text, index, found);
    }
  }
  return { issues, conditional: [...found.values()] };
}

function unresolved(index: number, path: string, type: string): Issue {
  return entryIssue(index, `.resource${path.slice(type.length)}`, [
    'not-found',
    'no entry of the bundle has this fullUrl',
    'Add the entry, or refer to it as Type/id.',
  ]);
}

function noteConditional(
  reference: string,
  index: number,
  found: Map<string, ConditionalReference & { entries: number[] }>,
): void {
  const target = parseReference(reference);
  if (target.kind !== 'conditional') return;
  const known = found.get(reference);
  if (known === undefined) {
    const { type, query } = target;
    found.set(reference, { reference, type, query, entries: [index] });
  } else if (known.entries.at(-1) !== index) known.entries.push(index);
}
