import { parseScopes, type SmartScope } from '@holdfast/consent';
import { REQUESTED_SCOPES_MAX } from '../limits.ts';

/** Scopes that say nothing about resources. `platform`: the interfaces of this server beside FHIR. */
export const PLAIN_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'offline_access',
  'online_access',
  'launch',
  'launch/patient',
  'launch/encounter',
  'platform',
] as const;

const PLAIN: ReadonlySet<string> = new Set(PLAIN_SCOPES);

/** Who is at the other end: a person who signs in, or a program by itself (SMART Backend Services). */
export type Asker = 'person' | 'program';

/** The words of a `scope` parameter, each once, up to a limit. */
export const wordsOf = (scope: string | undefined): readonly string[] =>
  [...new Set((scope ?? '').split(' ').filter((word) => word !== ''))].slice(
    0,
    REQUESTED_SCOPES_MAX,
  );

/** The resource scope that a word is; undefined where it is none, or one that grants nothing here. */
export const resourceScopeOf = (word: string): SmartScope | undefined => parseScopes(word)?.[0];

/**
 * What of a request's scopes this client may be given at all, in the order and the words in which it
 * asked: what it was not registered for is left out, as SMART App Launch 2.2 allows ("scopes" may be
 * reduced), and so is what cannot be read.
 */
export function grantableScopes(
  requested: string | undefined,
  registered: readonly string[],
  asker: Asker,
): readonly string[] {
  const allowed = registered.flatMap((word) => resourceScopeOf(word) ?? []);
  return wordsOf(requested).filter((word) => {
    if (PLAIN.has(word)) return asker === 'person' && registered.includes(word);
    const scope = resourceScopeOf(word);
    if (scope === undefined || (scope.context === 'system') !== (asker === 'program')) return false;
    return allowed.some((each) => covers(each, scope));
  });
}

/** Does everything that `asked` opens lie within `allowed`? */
export function covers(allowed: SmartScope, asked: SmartScope): boolean {
  if (allowed.context !== asked.context) return false;
  if (allowed.type !== '*' && allowed.type !== asked.type) return false;
  if (!asked.permissions.split('').every((each) => allowed.permissions.includes(each)))
    return false;
  return allowed.filters.every((filter) =>
    asked.filters.some(
      ({ parameter, codings }) =>
        parameter === filter.parameter && codings.every((each) => filter.codings.includes(each)),
    ),
  );
}

/** Whether a token with these scopes needs a patient in its context. */
export const needsPatient = (scopes: readonly string[]): boolean =>
  scopes.some((word) => word === 'launch/patient' || word.startsWith('patient/'));
