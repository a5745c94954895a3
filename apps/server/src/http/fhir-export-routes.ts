import {
  type ExportLevel,
  isJsonObject,
  isResourceId,
  parseReference,
  problemIssue,
  readExport,
} from '@holdfast/fhir';
import { uuidV7 } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { EXPORT_GROUP_MEMBERS_MAX } from '../limits.ts';
import { accepted, asyncName } from './async-address.ts';
import { type AskedExport, filterOf } from './export-scope.ts';
import { invalid, type Params } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { preferenceOf } from './fhir-preference.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { operationQuery } from './operation-parameters.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { intakeOf } from './terminology-of.ts';

/**
 * Kick-off of Bulk Data exports (https://hl7.org/fhir/uv/bulkdata/STU2/export.html): of everything, of
 * all patients, of a Group's. What then goes out is decided file by file, row by row, when it does.
 */
export function registerFhirExportRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const route = (path: string, level: ExportLevel): void => {
    const handler = fhirHandler(options, (served, exchange) => kickOff(served, exchange, level));
    app.get(`${FHIR_BASE}${path}/$export`, handler);
    app.post(`${FHIR_BASE}${path}/$export`, handler);
  };
  route('', 'system');
  route('/Patient', 'patient');
  route('/Group/:id', 'group');
}

async function kickOff(
  options: FhirRoutesOptions,
  exchange: Exchange,
  level: ExportLevel,
): Promise<FastifyReply> {
  const { request, reply, who } = exchange;
  const read = readExport(level, operationQuery(request));
  if (!read.ok) throw invalid(400, read.error.map(problemIssue));
  const { unknown, ...asked } = read.value;
  // Unlike in a search, what is not understood could widen what leaves.
  if (preferenceOf(request.headers['prefer']).handling !== 'lenient') refuseUnknown({ unknown });
  const intake = intakeOf(options, who);
  for (const { type, query } of asked.filters) await filterOf(type, query, intake);
  const of =
    level === 'group'
      ? { patients: await membersOf(options, exchange) }
      : level === 'patient'
        ? 'patients'
        : 'system';
  const { audit, asyncRequests, gates, baseUrl } = options;
  const { actor, requestId } = who;
  const until = options.clock.now().getTime();
  const kept: AskedExport = {
    ...asked,
    of,
    until,
    requestId,
    request: `${baseUrl()}${request.url}`,
  };
  const id = uuidV7(options.clock, options.random);
  await asyncRequests.open(asyncName(who, id), { kind: 'export', actor, asked: kept });
  const { epoch } = gates.gateSource(actor, 'export').current();
  const target = request.url.slice(FHIR_BASE.length + 1);
  const access = { interaction: 'operation-export', action: 'E', outcome: SUCCESS } as const;
  await audit.accessed(who, { ...access, target, epoch }, []);
  return accepted(options, reply, id);
}

/** Patients who are active members of the Group, which has to be there for who asks. */
async function membersOf(
  options: FhirRoutesOptions,
  { request, who }: Exchange,
): Promise<readonly string[]> {
  const { id } = request.params as Params;
  if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID', { expression: ['Group.id'] });
  const name = { tenant: who.actor.tenant, type: 'Group', id } as const;
  const outcome = await auditedRead(options, who, { ...name, db: options.pool });
  request.facts.denied = outcome.kind === 'hidden';
  const group: unknown = JSON.parse(releasedOf(who, outcome).content ?? '{}');
  const members = isJsonObject(group) && Array.isArray(group['member']) ? group['member'] : [];
  const patients = members.flatMap((member: unknown) => patientOf(member) ?? []);
  if (patients.length > EXPORT_GROUP_MEMBERS_MAX) throw serverFault('SERVER_GROUP_TOO_LARGE');
  return [...new Set(patients)];
}

function patientOf(member: unknown): string | undefined {
  if (!isJsonObject(member) || member['inactive'] === true) return undefined;
  const { entity } = member;
  const reference = isJsonObject(entity) ? entity['reference'] : undefined;
  if (typeof reference !== 'string') return undefined;
  const target = parseReference(reference);
  return target.kind === 'local' && target.type === 'Patient' ? target.id : undefined;
}
