import type { RowFacts } from '@holdfast/store';
import type { Condition } from '../condition/condition.ts';
import { type AtInstant, atInstant, type Facts, forLabels, holds } from '../condition/holds.ts';
import { MAX_MEMO_CELLS } from '../limits.ts';
import type { ActorView } from './release-table.ts';

type Cells = Map<bigint, Condition>;

/**
 * Remembers what a condition comes down to for a type and its labels: the hot path is a look-up by
 * type, by rank and by mask. What then still asks about residual or actor is evaluated.
 */
export class LabelMemo {
  readonly #timed: Condition;
  #now: AtInstant;
  #byType = new Map<string, (Cells | undefined)[]>();
  #count = 0;
  readonly #facts = new MutableFacts();

  constructor(condition: Condition) {
    this.#timed = condition;
    // An empty interval: the first use fixes the instant.
    this.#now = { condition, from: Infinity, until: -Infinity };
  }

  holds(row: RowFacts, residual: readonly string[], actor: ActorView, nowMs: number): boolean {
    if (nowMs < this.#now.from || nowMs >= this.#now.until) this.#start(nowMs);
    const condition = this.#cell(row);
    if (condition.op === 'true') return true;
    if (condition.op === 'false') return false;
    const facts = this.#facts;
    facts.row = row;
    facts.residual = residual;
    facts.closure = actor.closure;
    facts.ownPatientId = actor.ownPatientId;
    facts.nowMs = nowMs;
    return holds(condition, facts as Facts);
  }

  // A consent starts or ends without a write: beyond the interval everything is decided anew.
  #start(nowMs: number): void {
    this.#now = atInstant(this.#timed, nowMs);
    this.#byType = new Map();
    this.#count = 0;
  }

  #cell(row: RowFacts): Condition {
    // Ranks start at -1, not yet labelled.
    const found = this.#byType.get(row.type)?.[row.confidentiality + 1]?.get(row.sensitivity);
    return found ?? this.#fill(row);
  }

  #fill(row: RowFacts): Condition {
    if (++this.#count > MAX_MEMO_CELLS) {
      this.#byType = new Map();
      this.#count = 1;
    }
    let ranks = this.#byType.get(row.type);
    if (ranks === undefined) this.#byType.set(row.type, (ranks = []));
    const cells = (ranks[row.confidentiality + 1] ??= new Map<bigint, Condition>());
    const condition = forLabels(this.#now.condition, row);
    cells.set(row.sensitivity, condition);
    return condition;
  }
}

// One object a memo, refilled for every evaluation: the decision itself allocates nothing.
class MutableFacts {
  row: RowFacts | undefined;
  residual: readonly string[] = [];
  closure: ReadonlySet<string> = new Set();
  ownPatientId: string | undefined;
  nowMs = 0;
}
