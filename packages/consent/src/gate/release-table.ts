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
import { LabelMemo } from './label-memo.ts';
import { MAX_COMPILED_CLASSES } from '../limits.ts';
import type { Rulebook } from '../rulebook.ts';

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

  constructor(context: Context, rulebook: Rulebook, classes: ClassLookup) {
    this.context = context;
    this.#rulebook = rulebook;
    this.#classes = classes;
    this.noPatient = compileNoPatient(context, rulebook);
    this.#noPatientMemo = new LabelMemo(this.noPatient);
  }

  /** Layers 0 to 3 for a row at the statement's clock (ms since 1970). Memoised; allocates nothing then. */
  decide(row: RowFacts, actor: ActorView, nowMs: number): Verdict {
    const primary = this.#decidePrimary(row, actor, nowMs);
    if (primary !== 'release') return primary;
    for (const other of row.others) {
      const compiled = this.#find(other.consentClass);
      if (compiled === undefined) return 'unknown-class';
      if (!compiled.otherMemo.holds(row, other.residual, actor, nowMs)) return 'hide';
    }
    return 'release';
  }

  /** A class's conditions; undefined while the class is not loaded. */
  conditions(id: number): ReleaseConditions | undefined {
    return this.#find(id);
  }

  #decidePrimary(row: RowFacts, actor: ActorView, nowMs: number): Verdict {
    if (row.patient === null) {
      return this.#noPatientMemo.holds(row, NO_RESIDUAL, actor, nowMs) ? 'release' : 'hide';
    }
    // A patient without a state row: the consents are a missing fact (CON-3).
    if (row.patientId === null) return 'hide';
    const compiled = this.#find(row.consentClass);
    if (compiled === undefined) return 'unknown-class';
    return compiled.primaryMemo.holds(row, row.residual, actor, nowMs) ? 'release' : 'hide';
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

const NO_RESIDUAL: readonly string[] = [];
