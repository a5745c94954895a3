import { isRole } from '@holdfast/consent';
import { err, ok, type Result } from '@holdfast/kernel';
import { CLAIMS, type Claim, type ClaimRules } from './provider-claims.ts';

/** The OpenID provider whose tokens an installation takes, as its operator wrote it down. */
export interface ProviderSettings {
  /** Its issuer identifier, exactly as it stands in the tokens' `iss`. */
  readonly issuer: string;
  /** What its tokens for this server hold in `aud`. */
  readonly audience: string;
  readonly names: ClaimRules['names'];
  readonly roles: ClaimRules['roles'];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads HOLDFAST_OIDC_ISSUER, _AUDIENCE, _CLAIMS and _ROLES.
 * @returns undefined where no provider is named; the error is a sentence for the operator
 */
export function readProviderSettings(
  environment: Environment,
): Result<ProviderSettings | undefined, string> {
  const issuer = environment['HOLDFAST_OIDC_ISSUER'];
  const audience = environment['HOLDFAST_OIDC_AUDIENCE'];
  if (issuer === undefined || issuer === '') return ok(undefined);
  if (!isTrustworthy(issuer)) {
    return err('HOLDFAST_OIDC_ISSUER must be an https address (http only on this machine).');
  }
  if (audience === undefined || audience === '') {
    return err('HOLDFAST_OIDC_AUDIENCE is missing: what the tokens for this server hold in "aud".');
  }
  const claims = pairs(environment['HOLDFAST_OIDC_CLAIMS'] ?? '');
  if (claims === undefined || ![...claims.keys()].every(isClaim)) {
    return err(`HOLDFAST_OIDC_CLAIMS must read ours=theirs,... with ours of ${CLAIMS.join(', ')}.`);
  }
  const roles = rolesOf(environment['HOLDFAST_OIDC_ROLES']);
  if (!roles.ok) return roles;
  return ok({ issuer, audience, names: Object.fromEntries(claims), roles: roles.value });
}

function rolesOf(text: string | undefined): Result<ClaimRules['roles'], string> {
  if (text === undefined || text === '') return ok(undefined);
  const given = pairs(text);
  const wrong = [...(given?.values() ?? [])].find((role) => !isRole(role));
  if (given === undefined) return err('HOLDFAST_OIDC_ROLES must read theirs=ours,...');
  if (wrong !== undefined) return err(`HOLDFAST_OIDC_ROLES names a role unknown here: ${wrong}.`);
  return ok(new Map([...given].flatMap(([name, role]) => (isRole(role) ? [[name, role]] : []))));
}

const isClaim = (name: string): name is Claim => CLAIMS.some((claim) => claim === name);

/** `a=b,c=d`; a name may be a URL, so the last equals sign divides. */
function pairs(text: string): Map<string, string> | undefined {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const found = parts.map((part) => /^\s*(\S+)=(\S+?)\s*$/.exec(part));
  if (found.includes(null)) return undefined;
  return new Map(found.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
}

/** Keys fetched in the clear could be anybody's (OpenID Connect Core section 16.17). */
function isTrustworthy(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
