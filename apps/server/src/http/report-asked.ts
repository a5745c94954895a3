import { FhirId, Instant } from '@holdfast/api-contract';
import type { Actor } from '@holdfast/consent';
import type { FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import type { ReportAsked } from '../reports/patient-reports.ts';

/**
 * The patient and the period of a report, for compliance officers and the patient alone.
 * @throws Fault SERVER_REQUEST_INVALID that names the parameter; SERVER_FORBIDDEN
 */
export function reportAsked(request: FastifyRequest, actor: Actor): ReportAsked {
  const given = request.query as Readonly<Record<string, unknown>>;
  const invalid = (name: string) => serverFault('SERVER_REQUEST_INVALID', { expression: [name] });
  const patient = FhirId.safeParse(given['patient']);
  if (!patient.success) throw invalid('patient');
  request.facts.patientId = patient.data;
  const own = actor.principal === `Patient/${patient.data}`;
  if (!own && !actor.roles.includes('compliance-officer')) throw serverFault('SERVER_FORBIDDEN');
  const instant = (name: string): string | undefined => {
    if (given[name] === undefined) return undefined;
    const read = Instant.safeParse(given[name]);
    if (!read.success) throw invalid(name);
    return read.data;
  };
  return { patient: patient.data, from: instant('from'), until: instant('until') };
}
