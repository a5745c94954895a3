import type { AuditBody } from '@holdfast/ledger';
import { entityType, objectRole } from './codes.ts';
import type { BalpPattern } from './interaction-kind.ts';
import { withoutTokens } from './without-tokens.ts';

const REQUEST_ID = {
  system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
  code: 'XrequestId',
} as const;

const SYSTEM_OBJECT = entityType('2');
const PERSON = entityType('1');

const REFERENCE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** `AuditEvent.entity` of a body: what was accessed or asked for, whose it is, of which request. */
export function entitiesOf(body: AuditBody, pattern: BalpPattern | undefined): readonly object[] {
  const { target, patient, request, decision } = body;
  return [
    ...(target === null ? [] : [targetEntity(target, pattern)]),
    ...(patient === null ? [] : [patientEntity(patient, decision)]),
    { what: { identifier: { value: request } }, type: REQUEST_ID },
  ];
}

/** FHIR sev-1: a name or a query, never both. */
function targetEntity(target: string, pattern: BalpPattern | undefined): object {
  if (pattern === 'Query') {
    const query = withoutTokens(target);
    return {
      type: SYSTEM_OBJECT,
      role: objectRole('24'),
      description: query,
      query: Buffer.from(query).toString('base64'),
    };
  }
  if (REFERENCE.test(target)) {
    return { what: { reference: target }, type: SYSTEM_OBJECT, role: objectRole('4') };
  }
  return { type: SYSTEM_OBJECT, role: objectRole('20'), name: withoutTokens(target) };
}

/** @param decision what the consent engine went by: see `DecisionEvidence` */
export function patientEntity(patientId: string, decision: AuditBody['decision']): object {
  const detail =
    decision === null
      ? undefined
      : [
          { type: 'consent-class', valueString: String(decision[0]) },
          { type: 'consent-epoch', valueString: String(decision[1]) },
          { type: 'consent-verdict', valueString: decision[2] },
        ];
  return {
    what: { reference: `Patient/${patientId}` },
    type: PERSON,
    role: objectRole('1'),
    ...(detail !== undefined && { detail }),
  };
}
