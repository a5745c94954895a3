import type { Actor } from '../actor.ts';
import type { ActorView } from './release-table.ts';

const views = new WeakMap<Actor, ActorView>();

/** The actor's constants in a decision, made once per actor object. */
export function actorView(actor: Actor): ActorView {
  let view = views.get(actor);
  if (view === undefined) {
    view = {
      closure: new Set([actor.principal, ...actor.closure]),
      ownPatientId: actor.patientId,
    };
    views.set(actor, view);
  }
  return view;
}
