import type { Action, Actor, Role } from '../actor.ts';
import type { SmartScope } from '../scopes/smart-scopes.ts';

/**
 * What a class is compiled for: everything about a request that many requests share. Who exactly
 * asks, and for which own patient, stays open in the condition.
 */
export interface Context {
  readonly roles: readonly Role[];
  readonly purposes: readonly string[];
  readonly action: Action;
  readonly emergency: boolean;
  readonly scopes: readonly SmartScope[] | undefined;
  readonly key: string;
}

export function contextOf(actor: Actor, action: Action): Context {
  const roles = [...new Set(actor.roles)].sort();
  const purposes = [...new Set(actor.purposes)].sort();
  const { emergency, scopes } = actor;
  return {
    roles,
    purposes,
    action,
    emergency,
    scopes,
    key: JSON.stringify([roles, purposes, action, emergency, scopes]),
  };
}
