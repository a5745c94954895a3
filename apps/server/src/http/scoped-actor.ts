import type { Actor } from '@holdfast/consent';
import type { WriteIntent } from '@holdfast/store';

/** What SMART App Launch 2.2 tells apart: create, read, update, delete, search. */
export type ScopeLetter = 'c' | 'r' | 'u' | 'd' | 's';

/** The actor with those scopes only that permit the interaction; who has no scopes is as before. */
export function actorFor(actor: Actor, letter: ScopeLetter): Actor {
  const { scopes } = actor;
  if (scopes === undefined || scopes.every(({ permissions }) => permissions.includes(letter))) {
    return actor;
  }
  return { ...actor, scopes: scopes.filter(({ permissions }) => permissions.includes(letter)) };
}

/** A patch reads, too: what it tests is told by whether it fails, and the whole comes back. */
const NEEDED: Readonly<Record<WriteIntent['kind'], readonly ScopeLetter[]>> = {
  create: ['c'],
  put: ['u'],
  'put-matching': ['u'],
  patch: ['r', 'u'],
  'patch-matching': ['r', 'u'],
  delete: ['d'],
  'delete-matching': ['d'],
};

const touches = (intent: WriteIntent, type: string): boolean => {
  if ('resource' in intent) return intent.resource.resourceType === type;
  if ('type' in intent) return intent.type === type;
  return intent.matching.types.some((each) => each === type);
};

/**
 * The actor of one write of several resources: a scope counts where it permits everything that is
 * done to its type. A scope that creates what another deletes must not lend it its reach.
 */
export function actorForWrites(actor: Actor, intents: readonly WriteIntent[]): Actor {
  const { scopes } = actor;
  if (scopes === undefined) return actor;
  const kept = scopes.filter(({ type, permissions }) =>
    intents.every(
      (intent) =>
        (type !== '*' && !touches(intent, type)) ||
        NEEDED[intent.kind].every((letter) => permissions.includes(letter)),
    ),
  );
  return { ...actor, scopes: kept };
}
