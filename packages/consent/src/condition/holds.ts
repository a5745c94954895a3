import { unreachable } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import { contentFactsOf } from '../content/content-facts.ts';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import type { TieKind } from '../relations/relationship.ts';
import { type Atom, type Condition, constant, substitute } from './condition.ts';

/** The part of a row that its labels and type decide: the key of a memoised decision. */
export interface LabelFacts {
  readonly type: string;
  readonly confidentiality: number;
  readonly sensitivity: bigint;
}

/** References that are asked for one by one. */
export interface Names {
  has(name: string): boolean;
}

/** Everything a condition can ask about. */
export interface Facts {
  readonly row: RowFacts;
  /** The residual of the patient whose class the condition was compiled from. */
  readonly residual: readonly string[];
  readonly closure: Names;
  /** The ties of the same patient; those of the row's own are the row's. */
  readonly ties: readonly string[];
  /** Ties of these kinds that would be the actor's. */
  readonly tiesAs: (kinds: readonly TieKind[]) => Names;
  readonly ownPatientId: string | undefined;
  readonly nowMs: number;
}

/** Evaluates a condition. Allocates nothing unless it asks for the row's content. */
export function holds(condition: Condition, facts: Facts): boolean {
  switch (condition.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'not':
      return !holds(condition.term, facts);
    case 'and':
      for (const term of condition.terms) if (!holds(term, facts)) return false;
      return true;
    case 'or':
      for (const term of condition.terms) if (holds(term, facts)) return true;
      return false;
    default:
      return atomHolds(condition, facts);
  }
}

export function atomHolds(atom: Atom, facts: Facts): boolean {
  switch (atom.op) {
    case 'actor-in':
      if (atom.whenMissing && facts.residual.length < atom.first + atom.count) return true;
      for (let i = atom.first; i < atom.first + atom.count; i++) {
        const slot = facts.residual[i];
        if (slot !== undefined && facts.closure.has(slot)) return true;
      }
      return false;
    case 'instance-in':
      if (facts.row.type !== atom.type) return false;
      if (atom.whenMissing && facts.residual.length < atom.first + atom.count) return true;
      for (let i = atom.first; i < atom.first + atom.count; i++) {
        if (facts.residual[i] === facts.row.id) return true;
      }
      return false;
    case 'own-record':
      return facts.row.patientId !== null && facts.row.patientId === facts.ownPatientId;
    case 'no-patient':
      return facts.row.patient === null;
    case 'tied':
      return isTied(atom, facts);
    case 'before':
      return facts.nowMs < atom.at;
    case 'type':
    case 'at-most':
    case 'at-least':
    case 'exactly':
    case 'labelled':
    case 'unlabelled':
      return labelAtomHolds(atom, facts.row);
    default:
      return contentAtomHolds(atom, facts);
  }
}

function isTied({ kinds, to }: Extract<Atom, { op: 'tied' }>, facts: Facts): boolean {
  const ties = to === 'row' ? facts.row.ties : facts.ties;
  if (ties.length === 0) return false;
  const wanted = facts.tiesAs(kinds);
  for (const tie of ties) if (wanted.has(tie)) return true;
  return false;
}

type LabelOp = 'type' | 'at-most' | 'at-least' | 'exactly' | 'labelled' | 'unlabelled';
type LabelAtom = Extract<Atom, { op: LabelOp }>;
type ContentAtom = Exclude<
  Atom,
  { op: LabelOp | 'actor-in' | 'instance-in' | 'own-record' | 'no-patient' | 'tied' | 'before' }
>;

// Reads the row's content, which few consents ask for.
function contentAtomHolds(atom: ContentAtom, { row, residual }: Facts): boolean {
  const content = contentFactsOf(row);
  switch (atom.op) {
    case 'refers-to':
      if (someSlot(atom, residual, (slot) => slot === `${row.type}/${row.id}`)) return true;
      if (content === undefined) return atom.whenMissing;
      return someSlot(atom, residual, (slot) => content.references.has(slot));
    case 'authored-by':
      if (content === undefined || content.authors.size === 0) return atom.whenMissing;
      return someSlot(atom, residual, (slot) => content.authors.has(slot));
    case 'coding':
      return anyIn(atom, content?.codings);
    case 'class-coding':
      return anyIn(atom, content?.classCodings);
    case 'profile':
      return anyIn(atom, content?.profiles);
    case 'within':
      if (content?.time === undefined) return false;
      return (
        content.time.from >= (atom.from ?? -Infinity) &&
        content.time.until <= (atom.until ?? Infinity)
      );
    case 'overlapping':
      if (content?.time === undefined) return true;
      return (
        content.time.from < (atom.until ?? Infinity) &&
        content.time.until >= (atom.from ?? -Infinity)
      );
    default:
      return unreachable(atom);
  }
}

function someSlot(
  { first, count, whenMissing }: Extract<Atom, { first: number }>,
  residual: readonly string[],
  matches: (slot: string) => boolean,
): boolean {
  if (whenMissing && residual.length < first + count) return true;
  return residual.slice(first, first + count).some(matches);
}

const anyIn = (
  { values, whenMissing }: Extract<Atom, { values: readonly string[] }>,
  found: ReadonlySet<string> | undefined,
): boolean => (found === undefined ? whenMissing : values.some((each) => found.has(each)));

function labelAtomHolds(atom: LabelAtom, row: LabelFacts): boolean {
  switch (atom.op) {
    case 'type':
      return atom.types.some((type) => type === row.type);
    case 'at-most':
      return (
        (row.confidentiality === UNLABELLED ? CONFIDENTIALITY.R : row.confidentiality) <= atom.rank
      );
    case 'at-least':
      return row.confidentiality === UNLABELLED || row.confidentiality >= atom.rank;
    case 'exactly':
      return row.confidentiality === UNLABELLED || row.confidentiality === atom.rank;
    case 'labelled':
      return (row.sensitivity & atom.mask) !== 0n;
    case 'unlabelled':
      return row.confidentiality === UNLABELLED;
    default:
      return unreachable(atom);
  }
}

/** Partial evaluation by type and labels: what is left asks about the row, the residual, the actor. */
export function forLabels(condition: Condition, facts: LabelFacts): Condition {
  return substitute(condition, (atom) => {
    switch (atom.op) {
      case 'type':
      case 'at-most':
      case 'at-least':
      case 'exactly':
      case 'labelled':
      case 'unlabelled':
        return constant(labelAtomHolds(atom, facts));
      case 'instance-in':
        return atom.type === facts.type ? atom : constant(false);
      default:
        return atom;
    }
  });
}

/** A condition without time, right from `from` (included) to `until` (excluded). */
export interface AtInstant {
  readonly condition: Condition;
  readonly from: number;
  readonly until: number;
}

/** Partial evaluation by time, with the interval in which the result is right. */
export function atInstant(condition: Condition, nowMs: number): AtInstant {
  let [from, until] = [-Infinity, Infinity];
  const result = substitute(condition, (atom) => {
    if (atom.op !== 'before') return atom;
    if (nowMs < atom.at) until = Math.min(until, atom.at);
    else from = Math.max(from, atom.at);
    return constant(nowMs < atom.at);
  });
  return { condition: result, from, until };
}
