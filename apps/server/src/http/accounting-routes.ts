import { ENDPOINTS, ReportDisclosureRequest, readBody } from '@holdfast/api-contract';
import { DISCLOSE, formatReport } from '@holdfast/compliance';
import type { Clock, PatientId } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import type { PatientReports } from '../reports/patient-reports.ts';
import { reportAsked } from './report-asked.ts';

export interface AccountingRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly reports: PatientReports;
  readonly clock: Clock;
}

/** Disclosures of `@holdfast/api-contract`: told of, and reported; every step is on record. */
export function registerAccountingRoutes(
  app: FastifyInstance,
  { verifier, audit, reports, clock }: AccountingRoutesOptions,
): void {
  const known = async (request: FastifyRequest): Promise<Audited> => {
    const actor = await verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return who;
  };
  app.get('/compliance/accounting', async (request) => {
    const who = await known(request);
    const asked = reportAsked(request, who.actor);
    const { from, until, ...accounting } = await reports.accounting(asked);
    const access = { interaction: 'accounting', action: 'R', outcome: SUCCESS, epoch: 0n } as const;
    const { patient } = asked;
    await audit.accessed(who, { ...access, target: `Patient/${patient}`, named: [patient] }, []);
    const iso = (ms: number): string => new Date(ms).toISOString();
    return { patient, from: iso(from), until: iso(until), ...accounting };
  });
  app.post('/compliance/disclosures', async (request) => {
    const who = await known(request);
    if (!ENDPOINTS.reportDisclosure.roles.some((role) => who.actor.roles.includes(role))) {
      throw serverFault('SERVER_FORBIDDEN');
    }
    const read = readBody(ReportDisclosureRequest, request.body);
    if (!read.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: read.error });
    const { patient, recipient, ...said } = read.value;
    if (Date.parse(said.at) > clock.now().getTime()) {
      throw serverFault('SERVER_REQUEST_INVALID', { expression: ['at'] });
    }
    const { name, address } = recipient;
    const to = { name, ...(address !== undefined && { address }) };
    const access = { interaction: DISCLOSE, target: formatReport({ ...said, recipient: to }) };
    await audit.named(who, access, [patient as PatientId]);
    return { recordedBy: who.actor.principal, at: said.at };
  });
}
