import { isResourceType } from '@holdfast/fhir';
import type { Attempt } from '@holdfast/visibility';
import { FHIR_BASE } from './http/fhir-handler.ts';

/** An attempt to fill in again and again: requests are many, and this is all they need. */
export const blankAttempt = (): Attempt => ({
  component: '',
  operation: '',
  subject: '',
  caller: '',
  dependency: '',
  tier: '',
});

/** Parts of the address below the root, each with whether it cannot be answered without records. */
const AREAS: Readonly<Record<string, readonly [component: string, dependency: string]>> = {
  consent: ['consent', 'postgres'],
  ledger: ['ledger', 'postgres'],
  events: ['events', 'postgres'],
  operations: ['operations', 'postgres'],
  health: ['health', ''],
};

const PAGES = ['pages', ''] as const;

const WRITES: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/**
 * What a request was, in words of closed lists: the address may name a patient, and nothing of it
 * is taken over.
 */
export function describeRequest(attempt: Attempt, method: string, url: string): void {
  attempt.tier = '';
  attempt.subject = '';
  if (!url.startsWith(FHIR_BASE)) {
    const [component, dependency] = AREAS[partOf(url, 1)] ?? PAGES;
    attempt.component = component;
    attempt.dependency = dependency;
    attempt.operation = WRITES[method] === undefined ? 'read' : 'write';
    return;
  }
  const from = FHIR_BASE.length + 1;
  const type = partOf(url, from);
  const isType = isResourceType(type);
  attempt.component = 'records';
  attempt.dependency = type === 'metadata' ? '' : 'postgres';
  attempt.subject = isType ? type : '';
  const next = url[from + type.length] === '/' ? partOf(url, from + type.length + 1) : '';
  attempt.operation = operationOf(method, next, { url, isType });
}

function operationOf(
  method: string,
  next: string,
  { url, isType }: { readonly url: string; readonly isType: boolean },
): string {
  if (url.includes('/$')) return 'operation';
  if (url.includes('/_history')) return 'history';
  if (next === '_search') return 'search';
  const written = WRITES[method];
  if (written !== undefined) return isType ? written : 'bundle';
  return isType && next !== '' ? 'read' : 'search';
}

/** From there to the next mark of an address. */
function partOf(url: string, from: number): string {
  let to = from;
  while (to < url.length && !MARKS.has(url.charCodeAt(to))) to += 1;
  return url.slice(from, to);
}

const MARKS: ReadonlySet<number> = new Set(['/', '?', '#'].map((mark) => mark.charCodeAt(0)));
