import type { Actor } from '../actor.ts';
import type { ActorView } from './release-table.ts';

const views = new WeakMap<Actor, ActorView>();

/** The actor's constants in a decision, made once per actor object. */
export function actorView(actor: Actor): ActorView {
  let view = views.get(actor);
  if (view === undefined) {
    const closure = new Set([actor.principal, ...actor.closure]);
    view = {
      closure,
      closureList: [...closure],
      ownPatientId: actor.patientId,
    };
    views.set(actor, view);
  }
  return view;
}
