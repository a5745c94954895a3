import { type FhirRecord, isRecord } from './fhir-json.ts';

/**
 * An R5 Consent in the shape of R4: `decision` becomes the type of a root that carries the consent's
 * period and, as exceptions, its provisions. Anything else is returned as it is.
 */
export function asR4(consent: FhirRecord): FhirRecord {
  const provisions = consent['provision'];
  if (consent['decision'] === undefined && !Array.isArray(provisions)) return consent;
  const { decision, period, grantor, controller, manager, policyBasis, date, ...rest } = consent;
  return {
    ...rest,
    ...(rest['dateTime'] === undefined && { dateTime: date }),
    ...(rest['performer'] === undefined && { performer: grantor }),
    ...(rest['organization'] === undefined && { organization: controller ?? manager }),
    ...(rest['policy'] === undefined &&
      isRecord(policyBasis) && { policy: [{ uri: policyBasis['uri'] ?? policyBasis['url'] }] }),
    provision: {
      ...(decision !== undefined && { type: decision }),
      ...(period !== undefined && { period }),
      ...(provisions !== undefined && { provision: provisions }),
    },
  };
}
