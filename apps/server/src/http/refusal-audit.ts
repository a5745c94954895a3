import { outcomeOf } from '@holdfast/api-contract';
import type { ConsentGates } from '@holdfast/consent';
import {
  compartmentPatients,
  isJsonObject,
  isResource,
  isResourceId,
  isResourceType,
  type Resource,
  searchForm,
} from '@holdfast/fhir';
import type { AuditAction } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { read } from '@holdfast/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, type Audited, type AuditTrail, MINOR, SERIOUS } from '../audit-trail.ts';
import { NAMED_PATIENTS_DECIDED } from '../limits.ts';
import { FHIR_JSON } from './app.ts';
import { faultOf } from './fault-of.ts';
import { queryText } from './fhir-condition.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import { patientsAskedFor } from './patients-named.ts';

export interface RefusalAuditOptions {
  readonly audit: AuditTrail;
  readonly gates: ConsentGates;
  readonly pool: Queryable;
}

/**
 * Invariant 2 for what the handlers don't record themselves: every answer of 400 and above to
 * somebody who is known leaves a record before it goes out, with the patient it would have been
 * about, seen or hidden. What can't be recorded is answered as a failure instead.
 */
export function registerRefusalAudit(app: FastifyInstance, options: RefusalAuditOptions): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { who } = request.facts;
    if (who === null) return payload;
    request.facts.denied ||= options.audit.hasDenied(who);
    if (options.audit.hasRecorded(who)) return payload;
    // 429 and 503 turn the request away before it is looked at, or tell that nothing can be stored.
    const refused = reply.statusCode >= 400 && ![429, 503].includes(reply.statusCode);
    if (!refused) return payload;
    try {
      await recordRefusal(options, who, { request, reply });
      return payload;
    } catch (error) {
      const fault = faultOf(error);
      reply.code(fault.row.status).type(FHIR_JSON);
      return JSON.stringify(outcomeOf(fault));
    }
  });
}

interface Exchanged {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function recordRefusal(
  options: RefusalAuditOptions,
  who: Audited,
  { request, reply }: Exchanged,
): Promise<void> {
  const path = pathOf(request);
  const [type = '', id = ''] = path.split(/[/?]/, 2);
  const { patientId } = request.facts;
  await recordRefused(options, who, {
    ...interactionOf(request.method, path),
    target: path === '' ? null : path,
    outcome: reply.statusCode < 500 ? MINOR : SERIOUS,
    type,
    id,
    named: [
      ...(patientId === null ? [] : [patientId]),
      ...patientsSent(request.body),
      ...patientsSearched(type, request),
    ],
  });
  request.facts.denied ||= options.audit.hasDenied(who);
}

/** What was asked for and not done. */
export interface Refused extends Pick<Access, 'interaction' | 'action' | 'target' | 'outcome'> {
  /** Of the resource it was about; empty where it was about none. */
  readonly type: string;
  readonly id: string;
  /** Patients it would have been about. */
  readonly named: readonly string[];
}

/** Records it, with what was withheld and whose it is. */
export async function recordRefused(
  { audit, gates, pool }: RefusalAuditOptions,
  who: Audited,
  { type, id, named: all, ...asked }: Refused,
): Promise<void> {
  const source = gates.gateSource(who.actor, 'read');
  const hidden = [...audit.withheldFrom(who)];
  const access = { ...asked, named: [...new Set(all)].slice(0, NAMED_PATIENTS_DECIDED) };
  if (!isResourceType(type) || !isResourceId(id)) {
    await audit.accessed(who, { ...access, epoch: source.current().epoch, hidden }, []);
    return;
  }
  // Absent or hidden, it is looked up alike.
  const found = await read(pool, source, { tenant: who.actor.tenant, type, id });
  if (found.kind === 'hidden') hidden.push(found.version.facts);
  const seen = found.kind === 'found' || found.kind === 'gone' ? [found.version.facts] : [];
  await audit.accessed(
    who,
    { ...access, epoch: found.epoch, hidden },
    hidden.length > 0 ? [] : seen,
  );
}

/** `Observation/9`, `Observation?code=x`, or another interface's whole path. */
function pathOf({ url }: FastifyRequest): string {
  return url.startsWith(`${FHIR_BASE}/`) ? url.slice(FHIR_BASE.length + 1) : url.slice(1);
}

/** Of writes, by HTTP method. */
const ACTIONS: Readonly<Record<string, readonly [string, AuditAction]>> = {
  POST: ['create', 'C'],
  PUT: ['update', 'U'],
  PATCH: ['patch', 'U'],
  DELETE: ['delete', 'D'],
};

/** The FHIR interaction (https://hl7.org/fhir/R4/http.html) that a refused request asked for. */
function interactionOf(method: string, path: string): Pick<Access, 'interaction' | 'action'> {
  const [place = ''] = path.split('?', 1);
  const depth = place.split('/').filter((part) => part !== '').length;
  if (/(?:^|\/)_search$/.test(place)) return { interaction: 'search-type', action: 'E' };
  if (/(?:^|\/)[$]/.test(place)) return { interaction: 'operation', action: 'E' };
  if (method === 'POST' && (depth === 0 || place === FHIR_BASE.slice(1))) {
    return { interaction: 'transaction', action: 'E' };
  }
  const [interaction, action] = ACTIONS[method] ?? [];
  if (interaction !== undefined && action !== undefined) return { interaction, action };
  if (place.endsWith('/_history')) return { interaction: 'history-instance', action: 'R' };
  if (place.includes('/_history/')) return { interaction: 'vread', action: 'R' };
  return depth <= 1
    ? { interaction: 'search-type', action: 'E' }
    : { interaction: 'read', action: 'R' };
}

/** Whose data a body would have written, as far as it can be read. */
export function patientsSent(body: unknown): string[] {
  if (typeof body !== 'string') return [];
  try {
    const sent: unknown = JSON.parse(body);
    return resourcesIn(sent).flatMap(patientsOf);
  } catch {
    return [];
  }
}

/** Whom a search names in its address or its form. */
function patientsSearched(type: string, { url, body, headers }: FastifyRequest): string[] {
  if (!isResourceType(type)) return [];
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const form = isForm && typeof body === 'string' ? body : '';
  return patientsAskedFor(type, searchForm(queryText(url), form));
}

/** Whose data a resource is, first its owner. */
export function patientsOf(resource: Resource): string[] {
  const { owner, others } = compartmentPatients(resource);
  return owner === null ? [] : [owner, ...others];
}

function resourcesIn(sent: unknown): Resource[] {
  if (!isResource(sent) || !isResourceType(sent.resourceType)) return [];
  if (sent.resourceType !== 'Bundle') return [sent];
  const entries = Array.isArray(sent['entry']) ? sent['entry'] : [];
  return entries.flatMap((entry) =>
    isJsonObject(entry) && isResource(entry['resource']) ? [entry['resource']] : [],
  );
}
