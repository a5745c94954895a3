import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { type JsonValue, listOf } from '../json.ts';
import type { WrittenNumbers } from '../json-numbers.ts';
import { MAX_BUNDLE_ENTRIES } from '../limits.ts';
import { rewriteReferences } from '../references.ts';
import type { Resource } from '../resource.ts';
import { validateResource } from '../validation/validate-resource.ts';
import { entryLinks, type Identified, unlinkedReferences } from './bundle-links.ts';
import { entryNumbers } from './entry-numbers.ts';
import {
  type EntryPlace,
  type EntryRequest,
  entryIssue,
  readEntryRequest,
} from './entry-request.ts';
import type { PlannedEntry, TransactionPlan } from './transaction-plan.ts';

export interface PlanOptions {
  /** Ids for created resources, e.g. UUIDv7: must never repeat. */
  readonly newId: () => string;
  /** This server's address ending in `/`. */
  readonly base?: string;
  /** The bundle's numbers as sent. */
  readonly numbers?: WrittenNumbers;
}

interface Planning extends PlanOptions {
  readonly numbersOf: (index: number) => WrittenNumbers;
}

type Plan = Result<TransactionPlan, readonly Issue[]>;

/**
 * Reads a transaction or batch Bundle into what the store must do
 * (https://hl7.org/fhir/R4/http.html#transaction). Resources are validated, ids assigned,
 * references
 * between entries resolved. A transaction with any issue is refused whole; in a batch the entries
 * at
 * fault become `refused`.
 */
export function planTransaction(bundle: Resource, options: PlanOptions): Plan {
  const kind = bundle.resourceType === 'Bundle' ? bundle['type'] : undefined;
  if (kind !== 'transaction' && kind !== 'batch') {
    return err([NO_TRANSACTION]);
  }
  const written = listOf(bundle['entry']);
  if (written.length > MAX_BUNDLE_ENTRIES) {
    return err([TOO_MANY_ENTRIES]);
  }
  const planning = { ...options, numbersOf: entryNumbers(bundle, options.numbers ?? null) };
  return kind === 'transaction' ? planWhole(written, planning) : planEach(written, planning);
}

const NO_TRANSACTION: Issue = {
  severity: 'error',
  code: 'value',
  expression: 'Bundle.type',
  diagnostics: 'not a transaction or batch',
  mend: 'Send a Bundle of type transaction or batch.',
};

const TOO_MANY_ENTRIES: Issue = {
  severity: 'error',
  code: 'too-costly',
  expression: 'Bundle.entry',
  diagnostics: `more than ${MAX_BUNDLE_ENTRIES} entries`,
  mend: `Send at most ${MAX_BUNDLE_ENTRIES} entries in one bundle.`,
};

function planWhole(written: readonly JsonValue[], options: Planning): Plan {
  const issues: Issue[] = [];
  const requests: EntryRequest[] = [];
  written.forEach((entry, index) => {
    const request = readEntryRequest(entry, placeOf(index, options));
    if (request.ok) requests.push(request.value);
    else issues.push(request.error);
  });
  issues.push(...duplicates(requests), ...requests.flatMap(resourceIssues));
  const identified = identify(requests, options);
  const links = entryLinks(identified);
  const unlinked = unlinkedReferences(identified, links);
  issues.push(...unlinked.issues);
  if (issues.length > 0) return err(issues);
  const entries = identified.map((entry) => planned(entry, links)).sort(byPhase);
  return ok({ kind: 'transaction', entries, conditionalReferences: unlinked.conditional });
}

const placeOf = (index: number, { base, numbersOf }: Planning): EntryPlace => ({
  index,
  base,
  numbers: numbersOf(index),
});

/** Entries of a batch may not depend on each other, so each is planned as a bundle of its own. */
function planEach(written: readonly JsonValue[], options: Planning): Plan {
  const conditionalReferences: TransactionPlan['conditionalReferences'][number][] = [];
  const entries = written.map((entry, index): PlannedEntry => {
    const request = readEntryRequest(entry, placeOf(index, options));
    if (!request.ok) return { method: 'refused', index, issues: [request.error] };
    const identified = identify([request.value], options);
    const unlinked = unlinkedReferences(identified, new Map());
    const issues = [...resourceIssues(request.value), ...unlinked.issues];
    const [only] = identified;
    if (issues.length > 0 || only === undefined) return { method: 'refused', index, issues };
    conditionalReferences.push(...unlinked.conditional);
    return planned(only, new Map());
  });
  return ok({ kind: 'batch', entries: [...entries].sort(byPhase), conditionalReferences });
}

function resourceIssues({ resource, index }: EntryRequest): readonly Issue[] {
  return resource === undefined
    ? []
    : validateResource(resource, `Bundle.entry[${index}].resource`);
}

/** The same resource twice, or one full URL for two entries: the outcome would depend on order. */
function duplicates(requests: readonly EntryRequest[]): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const { method, type, id, fullUrl, index } of requests) {
    if (method === 'GET') continue;
    if (id !== undefined && seen.has(`${type}/${id}`)) {
      issues.push(duplicate(index, '.request.url', 'this resource is changed by another entry'));
    }
    if (fullUrl !== undefined && seen.has(` ${fullUrl}`)) {
      issues.push(duplicate(index, '.fullUrl', 'another entry has this fullUrl'));
    }
    if (id !== undefined) seen.add(`${type}/${id}`);
    if (fullUrl !== undefined) seen.add(` ${fullUrl}`);
  }
  return issues;
}

function duplicate(index: number, part: string, diagnostics: string): Issue {
  return entryIssue(index, part, ['duplicate', diagnostics, 'Keep one of the entries.']);
}

function identify(requests: readonly EntryRequest[], options: PlanOptions): Identified[] {
  return requests.map((request) => ({ request, id: request.id ?? options.newId() }));
}

const PHASES = { refused: 0, delete: 1, 'delete-matching': 1, create: 2, update: 3, read: 4 };

function byPhase(a: PlannedEntry, b: PlannedEntry): number {
  return PHASES[a.method] - PHASES[b.method] || a.index - b.index;
}

function planned({ request, id }: Identified, links: ReadonlyMap<string, string>): PlannedEntry {
  const { index, type, criteria, ifMatch, ifNoneExist, version, resource, numbers } = request;
  const place = { index, type };
  if (request.method === 'GET') {
    return { ...place, method: 'read', id, ...(version !== undefined && { version }) };
  }
  if (request.method === 'DELETE') {
    if (criteria !== undefined) return { ...place, method: 'delete-matching', criteria };
    return { ...place, method: 'delete', id, ...(ifMatch !== undefined && { ifMatch }) };
  }
  const linked = resource?.resourceType === 'Bundle' ? resource : rewritten(resource, links);
  const stored: Resource = { ...linked, resourceType: type, id };
  if (request.method === 'POST') {
    const conditional = ifNoneExist !== undefined && ifNoneExist !== '' && { ifNoneExist };
    return { ...place, method: 'create', id, resource: stored, numbers, ...conditional };
  }
  const conditional = {
    ...(criteria !== undefined && { criteria }),
    ...(ifMatch !== undefined && { ifMatch }),
  };
  return { ...place, method: 'update', id, resource: stored, numbers, ...conditional };
}

function rewritten(resource: Resource | undefined, links: ReadonlyMap<string, string>) {
  return resource === undefined ? undefined : rewriteReferences(resource, links);
}

/**
 * Replaces references once the store has resolved them: conditional references by their text, and
 * `Type/assigned` where a conditional create or update found a resource with another id.
 */
export function settleReferences(
  plan: TransactionPlan,
  map: ReadonlyMap<string, string>,
): TransactionPlan {
  if (map.size === 0) return plan;
  const entries = plan.entries.map((entry) =>
    'resource' in entry ? { ...entry, resource: rewriteReferences(entry.resource, map) } : entry,
  );
  return { ...plan, entries };
}
