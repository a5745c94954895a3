import type { RowFacts } from '@holdfast/store';
import type { Condition } from '../condition/condition.ts';
import { atInstant, forLabels } from '../condition/holds.ts';
import { SharedSteps, type Step } from '../condition/steps.ts';
import { MAX_LABEL_NUMBERS, MAX_MEMO_CELLS } from '../limits.ts';
import { CellTable } from './cell-table.ts';
import { LabelNumbers } from './label-numbers.ts';

/** Where the cells of a class stand: about its own rows, or about rows that name it as another. */
export type Side = 'primary' | 'other';

/** A row at an instant, and where its cell is. */
export interface CellOf {
  readonly consentClass: number;
  readonly label: number;
  readonly row: RowFacts;
  readonly nowMs: number;
}

/**
 * What classes' conditions come down to for types and labels, of one context. Flat tables: a decision
 * reads a few lines of memory however many classes and rules there are. It is right between two
 * instants at which a consent of any class in it starts or ends; beyond them it starts afresh.
 */
export class DecidedCells {
  readonly #labels = new LabelNumbers(MAX_LABEL_NUMBERS);
  readonly #steps = new SharedSteps();
  readonly #primary = new CellTable();
  readonly #other = new CellTable();
  #from = -Infinity;
  #until = Infinity;

  /** The number of the row's type and labels at this instant. */
  label(row: RowFacts, nowMs: number): number {
    if (nowMs < this.#from || nowMs >= this.#until) this.#forget();
    const label = this.#labels.of(row);
    if (label >= 0) return label;
    this.#forget();
    return this.#labels.of(row);
  }

  /** What is left to ask about the row; undefined where nobody filled it in yet. */
  primary(consentClass: number, label: number): Step | undefined {
    return this.#steps.at(this.#primary.get(consentClass, label));
  }

  /** The same of a patient whom the row names beside the one in whose record it lies. */
  other(consentClass: number, label: number): Step | undefined {
    return this.#steps.at(this.#other.get(consentClass, label));
  }

  /** Brings a condition down to the row's type and labels at this instant, and keeps that. */
  fill(side: Side, condition: Condition, asked: CellOf): Step {
    const timed = atInstant(condition, asked.nowMs);
    if (this.#primary.size + this.#other.size >= MAX_MEMO_CELLS) this.#empty();
    const step = this.#steps.number(forLabels(timed.condition, asked.row));
    const cells = side === 'primary' ? this.#primary : this.#other;
    cells.put(asked.consentClass, asked.label, step);
    this.#from = Math.max(this.#from, timed.from);
    this.#until = Math.min(this.#until, timed.until);
    return this.#steps.at(step) as Step;
  }

  #empty(): void {
    this.#primary.clear();
    this.#other.clear();
    this.#steps.forget();
  }

  #forget(): void {
    this.#labels.forget();
    this.#empty();
    this.#from = -Infinity;
    this.#until = Infinity;
  }
}
