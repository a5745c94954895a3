import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { type JsonValue, listOf } from '../json.ts';
import type { WrittenNumbers } from '../json-numbers.ts';
import { MAX_BUNDLE_ENTRIES } from '../limits.ts';
import { rewriteReferences, withRelativeReferences } from '../references.ts';
import type { Resource } from '../resource.ts';
import {
  ENFORCE_ALL,
  judgeResource,
  type ValidationPolicy,
} from '../validation/validation-policy.ts';
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
  /** Default: every rule is enforced. */
  readonly validation?: ValidationPolicy;
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
  const plan = kind === 'transaction' ? planWhole(written, planning) : planEach(written, planning);
  if (!plan.ok || options.base === undefined) return plan;
  const { base } = options;
  return ok({ ...plan.value, entries: plan.value.entries.map((entry) => relative(entry, base)) });
}

function relative(entry: PlannedEntry, base: string): PlannedEntry {
  if (entry.method !== 'create' && entry.method !== 'update') return entry;
  return { ...entry, resource: withRelativeReferences(entry.resource, base) };
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
  issues.push(
    ...duplicates(requests),
    ...requests.flatMap((request) => resourceIssues(request, options)),
  );
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
    const issues = [...resourceIssues(request.value, options), ...unlinked.issues];
    const [only] = identified;
    if (issues.length > 0 || only === undefined) return { method: 'refused', index, issues };
    conditionalReferences.push(...unlinked.conditional);
    return planned(only, new Map());
  });
  return ok({ kind: 'batch', entries: [...entries].sort(byPhase), conditionalReferences });
}

function resourceIssues(
  { resource, index, method }: EntryRequest,
  { validation = ENFORCE_ALL }: Planning,
): readonly Issue[] {
  // A patch is looked at when it is applied, and what it makes then.
  if (resource === undefined || method === 'PATCH') return [];
  const path = `Bundle.entry[${index}].resource`;
  const { isRefused, issues } = judgeResource(resource, validation, path);
  return isRefused ? issues : [];
}

/** The same resource twice, or one full URL for two entries: the outcome would depend on order. */
function duplicates(requests: readonly EntryRequest[]): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const { method, type, id, fullUrl, index, ifNoneExist } of requests) {
    if (method === 'GET' || method === 'HEAD') continue;
    const condition = ifNoneExist === undefined ? undefined : `${type}?${ifNoneExist}`;
    if (condition !== undefined && seen.has(condition)) {
      issues.push(duplicate(index, '.request.ifNoneExist', 'another entry creates under this'));
    }
    if (condition !== undefined) seen.add(condition);
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
  return requests.map((request) => ({ request, id: idOf(request) ?? options.newId() }));
}

/** A conditional update may bring the id that it takes where nothing matches. */
const idOf = ({ method, id, resource }: EntryRequest): string | undefined =>
  id ?? (method === 'PUT' ? resource?.id : undefined);

const PHASES = {
  refused: 0,
  delete: 1,
  'delete-matching': 1,
  create: 2,
  update: 3,
  patch: 3,
  read: 4,
};

function byPhase(a: PlannedEntry, b: PlannedEntry): number {
  return PHASES[a.method] - PHASES[b.method] || a.index - b.index;
}

function planned(entry: Identified, links: ReadonlyMap<string, string>): PlannedEntry {
  const { request, id } = entry;
  const { method, index, type, criteria, ifMatch, resource } = request;
  const place = { index, type, ...(ifMatch !== undefined && { ifMatch }) };
  switch (method) {
    case 'GET':
    case 'HEAD':
      return plannedRead(request);
    case 'DELETE':
      return criteria === undefined
        ? { ...place, method: 'delete', id }
        : { ...place, method: 'delete-matching', criteria };
    case 'PATCH': {
      const patch = resource ?? { resourceType: 'Parameters' };
      const target = criteria === undefined ? { id } : { criteria };
      return { ...place, method: 'patch', ...target, patch };
    }
    default:
      return plannedContent(entry, links);
  }
}

function plannedRead(request: EntryRequest): PlannedEntry {
  const { index, type, id, version, history, criteria, ifNoneMatch, ifModifiedSince } = request;
  return {
    index,
    type,
    method: 'read',
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
    history,
    query: criteria ?? '',
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
    headersOnly: request.method === 'HEAD',
  };
}

function plannedContent(
  { request, id }: Identified,
  links: ReadonlyMap<string, string>,
): PlannedEntry {
  const { index, type, criteria, ifMatch, ifNoneMatch, ifNoneExist, resource, numbers } = request;
  const linked = resource?.resourceType === 'Bundle' ? resource : rewritten(resource, links);
  const stored: Resource = { ...linked, resourceType: type, id };
  const content = { index, type, id, resource: stored, numbers };
  if (request.method === 'POST') {
    const conditional = ifNoneExist !== undefined && ifNoneExist !== '' && { ifNoneExist };
    return { ...content, method: 'create', ...conditional };
  }
  return {
    ...content,
    method: 'update',
    ...(criteria !== undefined && { criteria, ownId: resource?.id !== undefined }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch === '*' && { ifAbsent: true }),
  };
}

function rewritten(resource: Resource | undefined, links: ReadonlyMap<string, string>) {
  return resource === undefined ? undefined : rewriteReferences(resource, links);
}
