import { type Condition, FALSE, substitute, TRUE } from '../condition/condition.ts';
import { maskShape } from '../condition/mask-shape.ts';
import { SQL_HORIZON_MS, SQL_SKEW_MS } from '../limits.ts';
import type { ReleaseTable } from './release-table.ts';

/** Classes that come down to the same condition but for its masks: one branch of the SQL form. */
export interface ClassGroup {
  readonly condition: Condition;
  /** The masks in the order `toSql` asks for them: one for all, or a `bigint[]` text by class id. */
  readonly masks: readonly (bigint | string)[];
}

/** The classes of a context as the SQL form needs them. Arrays are PostgreSQL's texts of them. */
export interface GroupedClasses {
  readonly groups: readonly ClassGroup[];
  /** `integer[]`: at a class's id plus one the number of its group, counted from 1; 0: hidden. */
  readonly groupOf: string;
}

type Part = 'primary' | 'other';

interface Members {
  readonly condition: Condition;
  readonly masksById: Map<number, readonly bigint[]>;
}

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
  readonly #members = {
    primary: new Map<string, Members>(),
    other: new Map<string, Members>(),
  };
  readonly #grouped: { [part in Part]?: GroupedClasses } = {};
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

  /** A class in none of the groups is hidden. */
  grouped(part: Part): GroupedClasses {
    const grouped = this.#grouped[part] ?? groupedOf([...this.#members[part].values()]);
    this.#grouped[part] = grouped;
    return grouped;
  }

  #add(id: number): void {
    if (this.#seen.has(id)) return;
    const conditions = this.#table.conditions(id);
    if (conditions === undefined) return;
    this.#seen.add(id);
    for (const part of ['primary', 'other'] as const) {
      const condition = this.#around(conditions[part]);
      if (condition.op === 'false') continue;
      delete this.#grouped[part];
      const { key, masks } = maskShape(condition);
      const members = this.#members[part].get(key) ?? { condition, masksById: new Map() };
      this.#members[part].set(key, members);
      members.masksById.set(id, masks);
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

function groupedOf(all: readonly Members[]): GroupedClasses {
  const numbers: number[] = [];
  all.forEach(({ masksById }, index) => {
    for (const id of masksById.keys()) numbers[id] = index + 1;
  });
  return {
    groupOf: arrayText(numbers, 0),
    groups: all.map(({ condition, masksById }) => {
      const [first = []] = masksById.values();
      return { condition, masks: first.map((_, position) => maskAt(masksById, position)) };
    }),
  };
}

function maskAt(masksById: Members['masksById'], position: number): bigint | string {
  const byId: bigint[] = [];
  const different = new Set<bigint>();
  for (const [id, masks] of masksById) {
    const mask = masks[position] ?? 0n;
    byId[id] = mask;
    different.add(mask);
  }
  const [only = 0n] = different;
  return different.size === 1 ? only : arrayText(byId, 0n);
}

/** By id from 0 on; ids that have none in between get `absent`. */
const arrayText = <Value>(byId: readonly Value[], absent: Value): string =>
  `{${Array.from(byId, (value) => String(value ?? absent)).join(',')}}`;
