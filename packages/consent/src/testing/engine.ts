import type { ResourceKey } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type ConsentClass, canonicalise } from '../compile/canonical-class.ts';
import { contextOf } from '../compile/context.ts';
import { decodeClass } from '../compile/decode-class.ts';
import { actorView } from '../gate/actor-view.ts';
import { ReleaseTable } from '../gate/release-table.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import type { Rulebook } from '../rulebook.ts';

/** The engine without a database: consents in, decisions out, through canonical texts. */
export class MemoryEngine {
  readonly #rulebook: Rulebook;
  readonly #ids = new Map<string, number>();
  readonly #classes: ConsentClass[] = [];

  constructor(rulebook: Rulebook) {
    this.#rulebook = rulebook;
  }

  /** Interns a patient's consents as a write at `writtenMs` would. */
  intern(
    consents: readonly ConsentModel[],
    writtenMs: number,
  ): Pick<RowFacts, 'consentClass' | 'residual'> {
    const interned = canonicalise(consents, writtenMs);
    if (interned === undefined) return { consentClass: 0, residual: [] };
    let id = this.#ids.get(interned.canonical);
    if (id === undefined) {
      const decoded = decodeClass(interned.canonical);
      if (!decoded.ok) throw new Error(decoded.error);
      id = this.#classes.push(decoded.value);
      this.#ids.set(interned.canonical, id);
    }
    return { consentClass: id, residual: interned.residual };
  }

  table(actor: Actor, action: Action): ReleaseTable {
    return new ReleaseTable(contextOf(actor, action), this.#rulebook, {
      find: (id) => this.#classes[id - 1],
    });
  }

  decide(actor: Actor, action: Action, asked: { row: RowFacts; nowMs: number }): boolean {
    const verdict = this.table(actor, action).decide(asked.row, actorView(actor), asked.nowMs);
    if (verdict === 'unknown-class') throw new Error('a class was not interned');
    return verdict === 'release';
  }
}

/** The row with its patients' classes filled in. */
export function withClasses(
  row: RowFacts,
  primary: Pick<RowFacts, 'consentClass' | 'residual'>,
  other: Pick<RowFacts, 'consentClass' | 'residual'> | undefined,
): RowFacts {
  return {
    ...row,
    ...primary,
    others: other === undefined ? [] : [{ patient: 2n as ResourceKey, patientId: 'p2', ...other }],
  };
}
