import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import {
  GUARDED_CODES,
  GUARDED_SENSITIVITY,
  sensitivityBit,
  sensitivityClosure,
  UNKNOWN_SENSITIVITY,
} from '../labels/sensitivity-dictionary.ts';
import { actionCovered } from '../model/action-coverage.ts';
import { unenforceableIn } from '../model/conditions.ts';
import type { Conditions, Effect, Label } from '../model/consent-model.ts';
import { purposeWithin } from '../purposes/purpose-of-use.ts';
import type { PolicyDomain } from '../rulebook.ts';

/** One question to layer 2: a single purpose (A16 decides each). */
export interface Question {
  readonly actor: Actor;
  readonly action: Action;
  readonly purpose: string;
  readonly row: RowFacts;
  readonly nowMs: number;
  readonly domain: PolicyDomain;
}

/** An attribute that keeps a provision from matching, in words. */
export interface Mismatch {
  readonly attribute: string;
  readonly words: string;
}

/**
 * `match` of the semantics: AND over stated attributes, OR over the values of one, a missing fact
 * matches for deny only. Returns what does not match; empty means the provision matches.
 */
export function mismatches(stated: Conditions, effect: Effect, q: Question): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const miss = (attribute: string, words: string): void => void found.push({ attribute, words });
  const closure = [q.actor.principal, ...q.actor.closure];
  const { actor, action, label, purpose, type, instance, period } = stated;
  if (actor?.kind === 'values' && !actor.values.some((each) => closure.includes(each))) {
    miss('actor', `${q.actor.principal} is none of ${actor.values.join(', ')}`);
  }
  if (
    action?.kind === 'values' &&
    !action.values.some((each) => actionCovered(each, q.action, effect))
  ) {
    miss('action', `${q.action} is not covered by ${action.values.join(', ')}`);
  }
  if (
    purpose?.kind === 'values' &&
    !purpose.values.some((each) => purposeWithin(q.purpose, each))
  ) {
    miss('purpose', `${q.purpose} is not within ${purpose.values.join(', ')}`);
  }
  if (type?.kind === 'values' && !type.values.some((each) => each === q.row.type)) {
    miss('class', `${q.row.type} is none of ${type.values.join(', ')}`);
  }
  if (
    instance?.kind === 'values' &&
    !instance.values.some((each) => each.type === q.row.type && each.id === q.row.id)
  ) {
    miss('data', `${q.row.type}/${q.row.id} is not among the data named`);
  }
  if (label?.kind === 'values' && !label.values.some((each) => labelMatches(each, effect, q))) {
    miss('securityLabel', `the labels do not match ${label.values.map(codeOf).join(', ')}`);
  }
  if (period?.kind === 'never' || (period?.kind === 'interval' && !inPeriod(period, effect, q))) {
    miss('period', 'the period of the provision is not running');
  }
  if (effect === 'permit' && !guardedNamed(label, q.row.sensitivity)) {
    miss('securityLabel', 'guarded notes are covered by a permit that names them only');
  }
  return found;
}

/** A provision with a construct that cannot be decided denies, whatever it states (A1). */
export const effectiveEffect = (stated: Conditions, effect: Effect): Effect =>
  unenforceableIn(stated).length > 0 ? 'deny' : effect;

function labelMatches(label: Label, effect: Effect, { row, domain }: Question): boolean {
  const unlabelled = row.confidentiality === UNLABELLED;
  if (label.family === 'sensitivity') {
    const reached = sensitivityClosure(label.code) & row.sensitivity;
    if (effect === 'permit') return reached !== 0n;
    return unlabelled || reached !== 0n || (row.sensitivity & UNKNOWN_SENSITIVITY) !== 0n;
  }
  const rank = CONFIDENTIALITY[label.code];
  if (effect === 'permit') return (unlabelled ? CONFIDENTIALITY.R : row.confidentiality) <= rank;
  if (unlabelled) return true;
  return domain.confidentialityDeny === 'exact'
    ? row.confidentiality === rank
    : row.confidentiality >= rank;
}

// A9: what a period denied stays denied after it; what it permitted ends with it.
function inPeriod(
  period: { readonly from: number; readonly until: number },
  effect: Effect,
  { nowMs }: Question,
): boolean {
  return nowMs >= period.from && (effect === 'deny' || nowMs < period.until);
}

function guardedNamed(label: Conditions['label'], sensitivity: bigint): boolean {
  const named = label?.kind === 'values' ? label.values.map(({ code }) => code) : [];
  return GUARDED_CODES.every(
    (code) =>
      named.includes(code) || (sensitivity & GUARDED_SENSITIVITY & sensitivityBit(code)) === 0n,
  );
}

const codeOf = (label: Label): string => label.code;
