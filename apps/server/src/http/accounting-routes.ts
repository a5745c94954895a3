import { ENDPOINTS, ReportDisclosureRequest, readBody } from '@holdfast/api-contract';
import { DISCLOSE, formatReport, PACK_KINDS, type PackKind } from '@holdfast/compliance';
import type { Clock, PatientId } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import type { EvidencePacks } from '../reports/evidence-packs.ts';
import type { PatientReports } from '../reports/patient-reports.ts';
import { reportAsked } from './report-asked.ts';

export interface AccountingRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly reports: PatientReports;
  readonly packs: EvidencePacks;
  readonly clock: Clock;
}

/** Disclosures of `@holdfast/api-contract`: told of, and reported; every step is on record. */
export function registerAccountingRoutes(
  app: FastifyInstance,
  { verifier, audit, reports, packs, clock }: AccountingRoutesOptions,
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
  app.get('/compliance/packs/:kind', async (request) => {
    const who = await known(request);
    officersOnly(who, ENDPOINTS.readPack.roles);
    const kind = kindOf(request);
    const asked = reportAsked(request, who.actor);
    const { patient } = asked;
    const pack = await packs.make(kind, asked, who.actor.principal);
    const access = { interaction: 'evidence-pack', action: 'R', target: `pack/${kind}` } as const;
    await audit.accessed(who, { ...access, outcome: SUCCESS, epoch: 0n, named: [patient] }, []);
    return pack;
  });
  app.post('/compliance/disclosures', async (request) => {
    const who = await known(request);
    officersOnly(who, ENDPOINTS.reportDisclosure.roles);
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

function officersOnly({ actor }: Audited, roles: readonly string[]): void {
  if (!actor.roles.some((role) => roles.includes(role))) throw serverFault('SERVER_FORBIDDEN');
}

/** @throws Fault SERVER_REQUEST_INVALID where there are no such packs */
function kindOf(request: FastifyRequest): PackKind {
  const { kind } = request.params as { readonly kind: string };
  const known = PACK_KINDS.find((each) => each === kind);
  if (known === undefined) throw serverFault('SERVER_REQUEST_INVALID', { expression: ['kind'] });
  return known;
}
