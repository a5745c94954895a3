import { type Actor, isRole, type Role } from '@holdfast/consent';
import { err, type Result, type TenantId } from '@holdfast/kernel';
import type { JWTPayload } from 'jose';
import { actorOf } from '../claims.ts';

/** The claims an actor is built from. */
export const CLAIMS = [
  'fhirUser',
  'roles',
  'purposes',
  'memberships',
  'patient',
  'tenant',
] as const;
export type Claim = (typeof CLAIMS)[number];

/** How the tokens of one OpenID provider are read. */
export interface ClaimRules {
  /** Under which name the provider sends a claim; absent = under its own. */
  readonly names: Readonly<Partial<Record<Claim, string>>>;
  /** Role here by the provider's name of it; undefined = the names are the same. */
  readonly roles: ReadonlyMap<string, Role> | undefined;
  /** Of a token that names none: the tenant of this installation. */
  readonly tenant: TenantId;
  /** Address of this FHIR server: a `fhirUser` may be written in full below it. */
  readonly fhirBase: string | undefined;
}

/**
 * What a person of a role acts for where the provider says nothing (v3-PurposeOfUse). A `system`
 * has no default: a program that reads everything must say what for.
 */
const PURPOSE_OF_ROLE: Readonly<Partial<Record<Role, string>>> = {
  clinician: 'TREAT',
  'care-coordinator': 'TREAT',
  patient: 'PATRQT',
  proxy: 'PATRQT',
  researcher: 'HRESCH',
  'front-desk': 'HOPERAT',
  billing: 'HPAYMT',
  'compliance-officer': 'HCOMPL',
  operator: 'HSYSADMIN',
};

/**
 * Builds the actor of a verified token of an OpenID provider; the error names the claim that is
 * missing or wrong. Role names that mean nothing here are left out, and who has none left is refused.
 *
 * @param tokenId used where the provider gives its tokens no `jti`
 */
export function actorOfProvider(
  payload: JWTPayload,
  rules: ClaimRules,
  tokenId: string,
): Result<Actor, string> {
  const claim = (name: Claim): unknown => valueAt(payload, rules.names[name] ?? name);
  const given = listOf(claim('roles'));
  if (given === undefined) return err('roles');
  const roles = [...new Set(given.flatMap((name) => roleOf(name, rules)))];
  const defaults = new Set(roles.flatMap((role) => PURPOSE_OF_ROLE[role] ?? []));
  return actorOf({
    tenant: claim('tenant') ?? rules.tenant,
    fhirUser: relative(claim('fhirUser'), rules.fhirBase),
    roles,
    purposes: listOf(claim('purposes')) ?? [...defaults],
    memberships: listOf(claim('memberships')) ?? [],
    patient: claim('patient'),
    scope: payload['scope'],
    jti: payload.jti ?? tokenId,
  });
}

function roleOf(name: string, { roles }: ClaimRules): Role[] {
  if (roles === undefined) return isRole(name) ? [name] : [];
  const role = roles.get(name);
  return role === undefined ? [] : [role];
}

/** A claim by its whole name, which may hold dots (a URL), else along the dots into objects. */
function valueAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** Lists arrive as arrays, or as words in one string, as `scope` does (RFC 8693 section 4.2). */
function listOf(value: unknown): string[] | undefined {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === 'string');
}

/** SMART App Launch 2.2 writes `fhirUser` as an absolute or a relative URL. */
function relative(value: unknown, fhirBase: string | undefined): unknown {
  if (typeof value !== 'string' || fhirBase === undefined) return value;
  return value.startsWith(`${fhirBase}/`) ? value.slice(fhirBase.length + 1) : value;
}
