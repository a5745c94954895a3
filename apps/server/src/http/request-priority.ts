import type { PriorityClass } from '@holdfast/admission';
import type { Actor } from '@holdfast/consent';
import { BULK_BODY_BYTES, COST_BODY_BYTES } from '../limits.ts';

/** What is known of a request before its body is read. */
export interface RequestShape {
  readonly method: string;
  /** Below the FHIR base, without the query: `/Patient/ada`. */
  readonly path: string;
  readonly query: string;
  readonly bodyBytes: number;
}

const EXPORT_FILE = /^\/\$async\/[^/]+\/./;
const TREATMENT = new Set(['TREAT', 'ETREAT', 'BTG']);

/**
 * The class a request is served in. It follows from who asks and what for, never from a wish in the
 * request: a caller who could name its class would name the first.
 */
export function priorityOf(actor: Actor, { path, bodyBytes }: RequestShape): PriorityClass {
  if (path.endsWith('/$export') || EXPORT_FILE.test(path) || bodyBytes > BULK_BODY_BYTES)
    return 'bulk';
  const treats = actor.purposes.some((purpose) => TREATMENT.has(purpose));
  const cares = actor.roles.some((role) => role === 'clinician' || role === 'care-coordinator');
  if (actor.emergency || (treats && cares)) return 'care-now';
  if (actor.roles.includes('system') || actor.principal.startsWith('Device/')) return 'integration';
  if (actor.roles.includes('researcher')) return 'bulk';
  return 'interactive';
}

/** Groups requests that take alike, so that each is measured against its own kind. */
export function kindOf({ method, path, query }: RequestShape): string {
  if (method === 'POST' && (path === '' || path === '/')) return 'bundle';
  if (EXPORT_FILE.test(path)) return 'export';
  if (path.includes('/$')) return 'operation';
  if (path.endsWith('/_search')) return 'search';
  if (path.includes('/_history')) return 'history';
  if (method !== 'GET' && method !== 'HEAD') return 'write';
  return query === '' && /^\/[A-Za-z]+\/[^/]+$/.test(path) ? 'read' : 'search';
}

const COSTS: Readonly<Record<string, number>> = {
  read: 1,
  write: 3,
  history: 3,
  search: 3,
  operation: 5,
  bundle: 3,
  export: 10,
};

/** Predicted work in reads, from what the shape shows; a body's work grows with its length. */
export function costOf(shape: RequestShape): number {
  const base = COSTS[kindOf(shape)];
  return (base ?? 3) + Math.floor(shape.bodyBytes / COST_BODY_BYTES);
}
