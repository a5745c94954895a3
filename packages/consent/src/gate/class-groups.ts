import { type Condition, FALSE, substitute, TRUE } from '../condition/condition.ts';
import { SQL_HORIZON_MS, SQL_SKEW_MS } from '../limits.ts';
import type { ReleaseTable } from './release-table.ts';

/** Classes that come down to the same condition: one branch of the SQL form. */
export interface ClassGroup {
  readonly condition: Condition;
  readonly ids: number[];
}

type Part = 'primary' | 'other';

/**
 * The classes of one context grouped by condition, for instants around `nowMs`. Instants well past
 * are settled, those beyond the horizon are not reached; what lies between stays in the condition,
 * so the SQL form follows the statement's own clock.
 */
export class ClassGroups {
  readonly #table: ReleaseTable;
  readonly #settledBefore: number;
  readonly #horizon: number;
  readonly #seen = new Set<number>();
  readonly #groups = {
    primary: new Map<string, ClassGroup>(),
    other: new Map<string, ClassGroup>(),
  };
  #looksBeyondHorizon = false;

  constructor(table: ReleaseTable, nowMs: number) {
    this.#table = table;
    this.#settledBefore = nowMs - SQL_SKEW_MS;
    this.#horizon = nowMs + SQL_HORIZON_MS;
  }

  /** Is the grouping right for a statement at this instant? */
  covers(nowMs: number): boolean {
    return nowMs >= this.#settledBefore && nowMs < this.validUntil;
  }

  get validUntil(): number {
    return this.#looksBeyondHorizon ? this.#horizon : Infinity;
  }

  /** Adds classes that are new since; class 0 is one of them. */
  include(ids: Iterable<number>): void {
    this.#add(0);
    for (const id of ids) this.#add(id);
  }

  /** Groups that can release something. A class in none of them is hidden. */
  groups(part: Part): readonly ClassGroup[] {
    return [...this.#groups[part].values()];
  }

  #add(id: number): void {
    if (this.#seen.has(id)) return;
    const conditions = this.#table.conditions(id);
    if (conditions === undefined) return;
    this.#seen.add(id);
    for (const part of ['primary', 'other'] as const) {
      const condition = this.#around(conditions[part]);
      if (condition.op === 'false') continue;
      const group = this.#groups[part].get(condition.key);
      if (group === undefined) this.#groups[part].set(condition.key, { condition, ids: [id] });
      else group.ids.push(id);
    }
  }

  #around(condition: Condition): Condition {
    return substitute(condition, (atom) => {
      if (atom.op !== 'before') return atom;
      if (atom.at <= this.#settledBefore) return FALSE;
      if (atom.at <= this.#horizon) return atom;
      this.#looksBeyondHorizon = true;
      return TRUE;
    });
  }
}
