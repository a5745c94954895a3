import {
  ENDPOINTS,
  type IncidentDetail,
  IncidentEntryRequest,
  type IncidentList,
  type IncidentPatients,
  readBody,
} from '@holdfast/api-contract';
import type { Clock, TenantId } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import {
  ANCHORS,
  type ChangeLog,
  type EntryRefusal,
  type Finding,
  type HumanEntry,
  type IncidentId,
  type IncidentKeeper,
  type IncidentRecord,
  incidentAt,
  type OrganisationProfile,
  QUESTIONS,
} from '@holdfast/visibility';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Audited, AuditTrail } from '../audit-trail.ts';
import type { Observation } from '../composition/observation.ts';
import { serverFault } from '../errors.ts';
import { impactOf } from '../incidents/impact-of.ts';
import { incidentAnswer, incidentReport } from '../incidents/incident-report.ts';
import { knownChanges } from '../incidents/known-changes.ts';

export interface IncidentRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly incidents: IncidentKeeper;
  readonly organisation: OrganisationProfile;
  /** As the owner: people are counted, nobody is named. */
  readonly owner: Pool;
  readonly clock: Clock;
  readonly changes: ChangeLog;
  readonly locate: Observation['locate'];
}

const OPERATORS: ReadonlySet<string> = new Set(ENDPOINTS.readIncident.roles);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Incidents of `@holdfast/api-contract`: from the cause to the people to the clocks. */
export function registerIncidentRoutes(app: FastifyInstance, options: IncidentRoutesOptions): void {
  const { verifier, audit, incidents, clock } = options;
  const operator = async (request: FastifyRequest): Promise<Audited> => {
    request.facts.unmetered = true;
    const actor = await verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    if (!actor.roles.some((role) => OPERATORS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    return who;
  };
  const recordOf = async (request: FastifyRequest, tenant: TenantId): Promise<IncidentRecord> => {
    const { id } = request.params as { id: string };
    const record = UUID.test(id) ? await incidents.read(tenant, id as IncidentId) : null;
    if (record === null) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
    return record;
  };
  const report = async (record: IncidentRecord, asked?: Date): Promise<IncidentDetail> => {
    const at = asked ?? clock.now();
    const tenant = record.tenant as TenantId;
    const patients = await incidents.patients(tenant, record.id);
    const impact = await impactOf(options.owner, { tenant, patients });
    const changes = await knownChanges(options.owner, { tenant, changes: options.changes });
    const live = asked === undefined ? liveFinding(record, options) : null;
    const profile = options.organisation;
    const picture = incidentReport(record, { at, impact, profile, live, changes });
    if (picture === null) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
    return picture;
  };

  app.get('/operations/incidents', async (request): Promise<IncidentList> => {
    const { tenant } = (await operator(request)).actor;
    const listed = await incidents.list(tenant);
    const counts = await incidents.patientCounts(
      tenant,
      listed.map(({ id }) => id),
    );
    return { incidents: listed.map((each) => incidentAnswer(each, counts.get(each.id) ?? 0)) };
  });
  app.get('/operations/incidents/:id', async (request): Promise<IncidentDetail> => {
    const { tenant } = (await operator(request)).actor;
    return report(await recordOf(request, tenant), instantAsked(request));
  });
  app.get('/operations/incidents/:id/patients', async (request): Promise<IncidentPatients> => {
    const who = await operator(request);
    const { id } = await recordOf(request, who.actor.tenant);
    const ids = await incidents.patients(who.actor.tenant, id);
    const access = { interaction: 'read-incident-patients', target: `incident/${id}` };
    await audit.named(who, access, ids);
    return { count: ids.length, ids };
  });
  app.post('/operations/incidents/:id/entries', async (request): Promise<IncidentDetail> => {
    const who = await operator(request);
    const { tenant, principal } = who.actor;
    const { id } = await recordOf(request, tenant);
    const entry = entryAsked(request.body);
    const target = `incident/${id}`;
    const interaction = `incident-${entry.kind}`;
    // On record before it takes effect: a decision that nobody can see would be worse than none.
    await audit.accessed(who, { interaction, action: 'U', target, outcome: 0, epoch: 0n }, []);
    const written = await incidents.write({ tenant, id }, { entry, author: principal });
    if (!written.ok) throw refused(written.error);
    return report(await recordOf(request, tenant));
  });
}

/** While it goes on, what attempts say now is newer than what the timeline holds. */
function liveFinding(
  record: IncidentRecord,
  { clock, locate }: Pick<IncidentRoutesOptions, 'clock' | 'locate'>,
): Finding | null {
  const now = clock.now();
  const incident = incidentAt(record, now);
  const from = incident?.anchors.occurred;
  const goesOn = incident?.signals.some(({ endedAt }) => endedAt === null) ?? false;
  return from === undefined || !goesOn ? null : locate({ from, until: now });
}

function instantAsked(request: FastifyRequest): Date | undefined {
  const { at } = request.query as { at?: unknown };
  if (at === undefined) return undefined;
  const instant = typeof at === 'string' ? new Date(at) : undefined;
  if (instant === undefined || Number.isNaN(instant.getTime())) {
    throw serverFault('SERVER_SEARCH_INVALID', { expression: ['at'] });
  }
  return instant;
}

function entryAsked(body: unknown): HumanEntry {
  const read = readBody(IncidentEntryRequest, body);
  if (!read.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: read.error });
  const entry = read.value;
  const unknown =
    (entry.kind === 'answered' && !Object.hasOwn(QUESTIONS, entry.question) && 'question') ||
    (entry.kind === 'anchored' && !Object.hasOwn(ANCHORS, entry.anchor) && 'anchor');
  if (unknown) throw serverFault('SERVER_REQUEST_INVALID', { expression: [unknown] });
  if (entry.kind === 'anchored') {
    return { ...entry, instant: new Date(entry.instant) } as HumanEntry;
  }
  if (entry.kind === 'held') {
    return { ...entry, from: new Date(entry.from), until: new Date(entry.until) };
  }
  return entry as HumanEntry;
}

const REFUSALS: Readonly<Record<EntryRefusal, string>> = {
  closed: 'The incident is closed: add a note, or open it again first.',
  'not-closed': 'The incident is not closed.',
  'still-failing': 'A failure of the incident still lasts: it closes when that has ended.',
  'hold-reversed': 'The delay ends before it begins: correct from and until.',
  'in-the-future': 'The instant has not come yet.',
  'timeline-full': 'The timeline is full: open another incident for what comes next.',
};

function refused(refusal: EntryRefusal | 'no-incident'): Error {
  if (refusal === 'no-incident') return serverFault('SERVER_RESOURCE_NOT_FOUND');
  return serverFault('SERVER_INCIDENT_CONFLICT', { diagnostics: REFUSALS[refusal] });
}
