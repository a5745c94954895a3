import type { Action, Actor, Role } from '../actor.ts';

/**
 * What a class is compiled for: everything about a request that many requests share. Who exactly
 * asks, and for which own patient, stays open in the condition.
 */
export interface Context {
  readonly roles: readonly Role[];
  readonly purposes: readonly string[];
  readonly action: Action;
  readonly emergency: boolean;
  readonly key: string;
}

export function contextOf(actor: Actor, action: Action): Context {
  const roles = [...new Set(actor.roles)].sort();
  const purposes = [...new Set(actor.purposes)].sort();
  const { emergency } = actor;
  return {
    roles,
    purposes,
    action,
    emergency,
    key: JSON.stringify([roles, purposes, action, emergency]),
  };
}
