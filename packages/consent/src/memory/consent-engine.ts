import { invariant } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type ConsentClass, canonicalise } from '../compile/canonical-class.ts';
import { contextOf } from '../compile/context.ts';
import { decodeClass } from '../compile/decode-class.ts';
import { actorView } from '../gate/actor-view.ts';
import { ReleaseTable } from '../gate/release-table.ts';
import { MAX_CONTEXTS } from '../limits.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import type { Rulebook } from '../rulebook.ts';

/** What a patient's consents come down to: the part of `RowFacts` that is theirs. */
export type PatientConsents = Pick<RowFacts, 'consentClass' | 'residual'>;

export interface EngineQuestion {
  readonly row: RowFacts;
  /** ms since 1970. */
  readonly nowMs: number;
}

/** The engine without a database: consents in, decisions out, through the same canonical texts. */
export class ConsentEngine {
  readonly #rulebook: Rulebook;
  readonly #ids = new Map<string, number>();
  readonly #classes: ConsentClass[] = [];
  readonly #tables = new Map<string, ReleaseTable>();

  constructor(rulebook: Rulebook) {
    this.#rulebook = rulebook;
  }

  /** Distinct consent classes so far; class 0, no consent, is not counted. */
  get classCount(): number {
    return this.#classes.length;
  }

  /** Interns a patient's consents as a write at `writtenMs` would. */
  intern(consents: readonly ConsentModel[], writtenMs: number): PatientConsents {
    const interned = canonicalise(consents, writtenMs);
    if (interned === undefined) return { consentClass: 0, residual: [] };
    let id = this.#ids.get(interned.canonical);
    if (id === undefined) {
      const decoded = decodeClass(interned.canonical);
      invariant(decoded.ok, 'CON-2 a class is read as it was written');
      id = this.#classes.push(decoded.value);
      this.#ids.set(interned.canonical, id);
    }
    return { consentClass: id, residual: interned.residual };
  }

  /** The decisions of the actor's context, shared by all actors in it. */
  table(actor: Actor, action: Action): ReleaseTable {
    const context = contextOf(actor, action);
    let table = this.#tables.get(context.key);
    if (table === undefined) {
      if (this.#tables.size >= MAX_CONTEXTS) this.#tables.clear();
      table = new ReleaseTable(context, this.#rulebook, { find: (id) => this.#classes[id - 1] });
      this.#tables.set(context.key, table);
    }
    return table;
  }

  /** May the actor do `action` with the row, whose classes are those of `intern`? */
  decide(actor: Actor, action: Action, { row, nowMs }: EngineQuestion): boolean {
    const verdict = this.table(actor, action).decide(row, actorView(actor), nowMs);
    invariant(verdict !== 'unknown-class', 'CON-2 a row carries a class of this engine');
    return verdict === 'release';
  }
}
