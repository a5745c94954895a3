import { type Actor, isRole, parseScopes } from '@holdfast/consent';
import { err, ok, type PatientId, type Result, type TenantId } from '@holdfast/kernel';
import type { JWTPayload } from 'jose';

/** What a token says about its bearer, in the claims of SMART App Launch 2.2 and our own. */
export interface TokenClaims {
  readonly tenant: TenantId;
  /** FHIR reference of the signed-in person or device: SMART's `fhirUser`. */
  readonly fhirUser: string;
  readonly roles: Actor['roles'];
  /** v3-PurposeOfUse codes. */
  readonly purposes: readonly string[];
  /** Organisations, care teams and groups the person acts for, as FHIR references. */
  readonly memberships: readonly string[];
  /** SMART's `patient`: the record a patient or proxy may act on. */
  readonly patient?: PatientId;
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Builds the actor of a verified token; the error names the claim that is missing or wrong. */
export function actorOf(payload: JWTPayload): Result<Actor, string> {
  const { tenant, fhirUser, roles, purposes, memberships, patient, scope, jti } = payload as Record<
    string,
    unknown
  >;
  // A token that names no resource scope is narrowed by its roles alone.
  const scopes = typeof scope === 'string' ? parseScopes(scope) : undefined;
  if (!Number.isInteger(tenant) || (tenant as number) < 1) return err('tenant');
  if (typeof fhirUser !== 'string' || !/^[A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(fhirUser))
    return err('fhirUser');
  if (!isStrings(roles) || roles.length === 0 || !roles.every(isRole)) return err('roles');
  if (!isStrings(purposes) || purposes.length === 0) return err('purposes');
  if (memberships !== undefined && !isStrings(memberships)) return err('memberships');
  if (patient !== undefined && typeof patient !== 'string') return err('patient');
  if (typeof jti !== 'string') return err('jti');
  return ok({
    tenant: tenant as TenantId,
    principal: fhirUser,
    closure: [...new Set([fhirUser, ...(memberships ?? [])])].sort(),
    roles,
    purposes: [...purposes].sort(),
    ...(scopes === undefined ? {} : { scopes }),
    ...(patient === undefined ? {} : { patientId: patient as PatientId }),
    emergency: false,
    tokenId: jti,
  });
}
