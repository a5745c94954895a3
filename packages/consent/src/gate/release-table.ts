import type { PatientId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import type { ConsentClass } from '../compile/canonical-class.ts';
import {
  compileClass,
  compileNoPatient,
  type ReleaseConditions,
} from '../compile/compile-class.ts';
import type { Context } from '../compile/context.ts';
import { NO_CONSENT } from '../compile/decode-class.ts';
import { type Condition, FALSE } from '../condition/condition.ts';
import { type Facts, holds } from '../condition/holds.ts';
import { MAX_COMPILED_CLASSES } from '../limits.ts';
import type { Rulebook } from '../rulebook.ts';
import { LabelMemo } from './label-memo.ts';

/** Where a table finds the classes it compiles. Classes are immutable, so nothing goes stale. */
export interface ClassLookup {
  /** Undefined: not loaded. `'none'`: no such class, or one this process cannot read. */
  find(id: number): ConsentClass | 'none' | undefined;
}

/** One actor's constants in a decision. */
export interface ActorView {
  readonly closure: ReadonlySet<string>;
  /** The same as a list, for a statement's parameter. */
  readonly closureList: readonly string[];
  readonly ownPatientId: PatientId | undefined;
}

export type Verdict = 'release' | 'hide' | 'unknown-class';

interface Compiled extends ReleaseConditions {
  readonly primaryMemo: LabelMemo;
  readonly otherMemo: LabelMemo;
}

const HIDDEN: ReleaseConditions = { primary: FALSE, other: FALSE };

/**
 * The decisions of one context: filled as classes, types and labels turn up, shared by all actors
 * in that context.
 */
export class ReleaseTable {
  readonly context: Context;
  readonly noPatient: Condition;
  readonly #rulebook: Rulebook;
  readonly #classes: ClassLookup;
  readonly #compiled = new Map<number, Compiled>();
  readonly #noPatientMemo: LabelMemo;
  readonly #facts = new MutableFacts();

  constructor(context: Context, rulebook: Rulebook, classes: ClassLookup) {
    this.context = context;
    this.#rulebook = rulebook;
    this.#classes = classes;
    this.noPatient = compileNoPatient(context, rulebook);
    this.#noPatientMemo = new LabelMemo(this.noPatient);
  }

  /** Layers 0 to 3 for a row at the statement's clock (ms since 1970). Allocates nothing once memoised. */
  decide(row: RowFacts, actor: ActorView, nowMs: number): Verdict {
    const facts = this.#facts;
    facts.row = row;
    facts.closure = actor.closure;
    facts.ownPatientId = actor.ownPatientId;
    facts.nowMs = nowMs;
    const primary = this.#decidePrimary(row);
    if (primary !== 'release') return primary;
    for (const other of row.others) {
      const compiled = this.#find(other.consentClass);
      if (compiled === undefined) return 'unknown-class';
      if (!this.#holds(compiled.otherMemo, other.residual)) return 'hide';
    }
    return 'release';
  }

  /** A class's conditions; undefined while the class is not loaded. */
  conditions(id: number): ReleaseConditions | undefined {
    return this.#find(id);
  }

  #decidePrimary(row: RowFacts): Verdict {
    if (row.patient === null) {
      return this.#holds(this.#noPatientMemo, row.residual) ? 'release' : 'hide';
    }
    // A patient without a state row: the consents are a missing fact (CON-3).
    if (row.patientId === null) return 'hide';
    const compiled = this.#find(row.consentClass);
    if (compiled === undefined) return 'unknown-class';
    return this.#holds(compiled.primaryMemo, row.residual) ? 'release' : 'hide';
  }

  #holds(memo: LabelMemo, residual: readonly string[]): boolean {
    const facts = this.#facts;
    const remainder = memo.remainder(facts.row, facts.nowMs);
    if (remainder.op === 'true') return true;
    if (remainder.op === 'false') return false;
    facts.residual = residual;
    return holds(remainder, facts);
  }

  #find(id: number): Compiled | undefined {
    return this.#compiled.get(id) ?? this.#compile(id);
  }

  #compile(id: number): Compiled | undefined {
    const found = id === 0 ? NO_CONSENT : this.#classes.find(id);
    if (found === undefined) return undefined;
    const result = found === 'none' ? undefined : compileClass(found, this.context, this.#rulebook);
    const conditions = result?.ok === true ? result.value : HIDDEN;
    const compiled = {
      ...conditions,
      primaryMemo: new LabelMemo(conditions.primary),
      otherMemo: new LabelMemo(conditions.other),
    };
    if (this.#compiled.size >= MAX_COMPILED_CLASSES) this.#compiled.clear();
    this.#compiled.set(id, compiled);
    return compiled;
  }
}

const NO_ROW: RowFacts = {
  type: '',
  id: '',
  patient: null,
  patientId: null,
  confidentiality: 0,
  sensitivity: 0n,
  content: null,
  consentClass: 0,
  residual: [],
  others: [],
};

// One object a table, refilled for every decision, so that a decision allocates nothing.
class MutableFacts implements Facts {
  row = NO_ROW;
  residual: readonly string[] = [];
  closure: ReadonlySet<string> = new Set();
  ownPatientId: string | undefined;
  nowMs = 0;
}
