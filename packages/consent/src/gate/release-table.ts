import type { PatientId } from '@holdfast/kernel';
import type { PatientFacts, RowFacts } from '@holdfast/store';
import type { ConsentClass } from '../compile/canonical-class.ts';
import {
  compileClass,
  compileNoPatient,
  type ReleaseConditions,
} from '../compile/compile-class.ts';
import type { Context } from '../compile/context.ts';
import { NO_CONSENT } from '../compile/decode-class.ts';
import { type Condition, FALSE } from '../condition/condition.ts';
import type { Names } from '../condition/holds.ts';
import { type About, ALWAYS, NEVER, passes, type Step } from '../condition/steps.ts';
import { MAX_COMPILED_CLASSES } from '../limits.ts';
import type { TieKind } from '../relations/relationship.ts';
import type { Rulebook } from '../rulebook.ts';
import { type CellOf, DecidedCells, type Side } from './decided-cells.ts';

/** Where a table finds the classes it compiles. Classes are immutable, so nothing goes stale. */
export interface ClassLookup {
  /** Undefined: not loaded. `'none'`: no such class, or one this process cannot read. */
  find(id: number): ConsentClass | 'none' | undefined;
}

/** One actor's constants in a decision. */
export interface ActorView {
  readonly closure: Names;
  /** The same as a list, for a statement's parameter. */
  readonly closureList: readonly string[];
  readonly ownPatientId: PatientId | undefined;
  /** Ties of these kinds that would be the actor's: the same object each time it is asked. */
  readonly tiesAs: (kinds: readonly TieKind[]) => Names;
  /** The same as a list, for a statement's parameter. */
  readonly tieListAs: (kinds: readonly TieKind[]) => readonly string[];
}

export type Verdict = 'release' | 'hide' | 'unknown-class';

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
  readonly #compiled = new Map<number, ReleaseConditions>();
  readonly #cells = new DecidedCells();
  // One object, refilled for every decision, so that a decision allocates nothing.
  readonly #asked: { row: RowFacts; subject: PatientFacts } = { row: NO_ROW, subject: NO_ROW };

  constructor(context: Context, rulebook: Rulebook, classes: ClassLookup) {
    this.context = context;
    this.#rulebook = rulebook;
    this.#classes = classes;
    this.noPatient = compileNoPatient(context, rulebook);
  }

  /** Layers 0 to 3 for a row at the statement's clock (ms since 1970). Allocates nothing once memoised. */
  decide(row: RowFacts, actor: ActorView, nowMs: number): Verdict {
    // A patient without a state row: the consents are a missing fact (CON-3).
    if (row.patient !== null && row.patientId === null) return 'hide';
    const consentClass = row.patient === null ? NO_PATIENT : row.consentClass;
    const label = this.#cells.label(row, nowMs);
    const step =
      this.#cells.primary(consentClass, label) ??
      this.#fill('primary', { consentClass, label, row, nowMs });
    if (step === undefined) return 'unknown-class';
    // Most rows come down to a constant, and need no more to be looked at.
    if (step.kind === NEVER) return 'hide';
    if (step.kind !== ALWAYS && !passes(step, this.#about(row, row), actor)) return 'hide';
    return row.others.length === 0 ? 'release' : this.#decideOthers(row, actor, nowMs);
  }

  #decideOthers(row: RowFacts, actor: ActorView, nowMs: number): Verdict {
    for (const other of row.others) {
      const { patientId, consentClass } = other;
      if (patientId === null) return 'hide';
      const label = this.#cells.label(row, nowMs);
      const step =
        this.#cells.other(consentClass, label) ??
        this.#fill('other', { consentClass, label, row, nowMs });
      if (step === undefined) return 'unknown-class';
      if (!passes(step, this.#about(row, other), actor)) return 'hide';
    }
    return 'release';
  }

  #fill(side: Side, asked: CellOf): Step | undefined {
    const { consentClass } = asked;
    const condition =
      consentClass === NO_PATIENT ? this.noPatient : this.#find(consentClass)?.[side];
    return condition && this.#cells.fill(side, condition, asked);
  }

  #about(row: RowFacts, subject: PatientFacts): About {
    this.#asked.row = row;
    this.#asked.subject = subject;
    return this.#asked;
  }

  /** A class's conditions; undefined while the class is not loaded. */
  conditions(id: number): ReleaseConditions | undefined {
    return this.#find(id);
  }

  #find(id: number): ReleaseConditions | undefined {
    return this.#compiled.get(id) ?? this.#compile(id);
  }

  #compile(id: number): ReleaseConditions | undefined {
    const found = id === 0 ? NO_CONSENT : this.#classes.find(id);
    if (found === undefined) return undefined;
    const result = found === 'none' ? undefined : compileClass(found, this.context, this.#rulebook);
    const conditions = result?.ok === true ? result.value : HIDDEN;
    if (this.#compiled.size >= MAX_COMPILED_CLASSES) this.#compiled.clear();
    this.#compiled.set(id, conditions);
    return conditions;
  }
}

/** Where the decisions about rows without a patient stand; no class has this id. */
const NO_PATIENT = -2;

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
  ties: [],
  others: [],
};
