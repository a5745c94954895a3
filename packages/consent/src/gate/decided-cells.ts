import type { RowFacts } from '@holdfast/store';
import type { Condition } from '../condition/condition.ts';
import { atInstant, forLabels } from '../condition/holds.ts';
import { type Step, stepsOf } from '../condition/steps.ts';
import { MAX_LABEL_NUMBERS, MAX_MEMO_CELLS } from '../limits.ts';
import { LabelNumbers } from './label-numbers.ts';

/** Where the cells of a class stand: about its own rows, or about rows that name it as another. */
export type Side = 'primary' | 'other';

/** A row at an instant, and the number of its cell. */
export interface CellOf {
  readonly key: number;
  readonly row: RowFacts;
  readonly nowMs: number;
}

/**
 * What classes' conditions come down to for types and labels, of one context. One flat table by
 * class and label number: a decision reads two or three lines of memory however many classes and
 * rules there are. It is right between two instants at which a consent of any class in it starts or
 * ends; beyond them it starts afresh.
 */
export class DecidedCells {
  readonly #labels = new LabelNumbers(MAX_LABEL_NUMBERS);
  readonly #primary = new Map<number, Step>();
  readonly #other = new Map<number, Step>();
  #from = -Infinity;
  #until = Infinity;

  /** The number of the row's cell at this instant. */
  key(consentClass: number, row: RowFacts, nowMs: number): number {
    if (nowMs < this.#from || nowMs >= this.#until) this.#forget();
    const label = this.#labels.of(row);
    if (label >= 0) return consentClass * MAX_LABEL_NUMBERS + label;
    this.#forget();
    return consentClass * MAX_LABEL_NUMBERS + this.#labels.of(row);
  }

  /** What is left to ask about the row; undefined where nobody filled it in yet. */
  at(side: Side, key: number): Step | undefined {
    return side === 'primary' ? this.#primary.get(key) : this.#other.get(key);
  }

  /** Brings a condition down to the row's type and labels at this instant, and keeps that. */
  fill(side: Side, condition: Condition, asked: CellOf): Step {
    const timed = atInstant(condition, asked.nowMs);
    const step = stepsOf(forLabels(timed.condition, asked.row));
    const cells = side === 'primary' ? this.#primary : this.#other;
    if (cells.size >= MAX_MEMO_CELLS) cells.clear();
    cells.set(asked.key, step);
    this.#from = Math.max(this.#from, timed.from);
    this.#until = Math.min(this.#until, timed.until);
    return step;
  }

  #forget(): void {
    this.#labels.forget();
    this.#primary.clear();
    this.#other.clear();
    this.#from = -Infinity;
    this.#until = Infinity;
  }
}
