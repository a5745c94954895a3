import { ANY_TIE } from '@holdfast/store';
import type { Actor } from '../actor.ts';
import { type TieKind, tieKey } from '../relations/relationship.ts';
import type { ActorView } from './release-table.ts';

const views = new WeakMap<Actor, ActorView>();

/** The actor's constants in a decision, made once per actor object. */
export function actorView(actor: Actor): ActorView {
  let view = views.get(actor);
  if (view === undefined) {
    const closureList = [...new Set([actor.principal, ...actor.closure])];
    const ties = tiesOfActor(closureList);
    view = {
      closure: new Set(closureList),
      closureList,
      ownPatientId: actor.patientId,
      tiesAs: (kinds) => ties(kinds).set,
      tieListAs: (kinds) => ties(kinds).list,
    };
    views.set(actor, view);
  }
  return view;
}

interface TieKeys {
  readonly list: readonly string[];
  readonly set: ReadonlySet<string>;
}

/** Spelled out when a decision first asks: few contexts ask for more than one list of kinds. */
function tiesOfActor(closure: readonly string[]): (kinds: readonly TieKind[]) => TieKeys {
  const known = new Map<readonly TieKind[], TieKeys>();
  // Rows that follow one another nearly always ask for the same list.
  let last: { readonly kinds: readonly TieKind[]; readonly keys: TieKeys } | undefined;
  return (kinds) => {
    if (last?.kinds === kinds) return last.keys;
    let keys = known.get(kinds);
    if (keys === undefined) {
      const list = kinds.flatMap((kind) => closure.map((each) => tieKey(kind, each)));
      // Nobody holds emergency access to a patient who is not there.
      const any = kinds.some((kind) => kind !== 'break-glass') ? [ANY_TIE] : [];
      keys = { list, set: new Set([...list, ...any]) };
      known.set(kinds, keys);
    }
    last = { kinds, keys };
    return keys;
  };
}
