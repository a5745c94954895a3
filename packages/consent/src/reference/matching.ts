import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import { sensitivityClosure, UNKNOWN_SENSITIVITY } from '../labels/sensitivity-dictionary.ts';
import { GUARDS, type Guard, isGuardMet } from '../law/guards.ts';
import { actionCovered } from '../model/action-coverage.ts';
import { unenforceableIn } from '../model/conditions.ts';
import type { Conditions, Effect, Label } from '../model/consent-model.ts';
import { purposeWithin } from '../purposes/purpose-of-use.ts';
import type { PolicyDomain } from '../rulebook.ts';
import { contentMismatches } from './content-matching.ts';
import type { Mismatch } from './reason.ts';

/** One question to layer 2: a single purpose (A16 decides each). */
export interface Question {
  readonly actor: Actor;
  readonly action: Action;
  readonly purpose: string;
  readonly row: RowFacts;
  readonly nowMs: number;
  readonly domain: PolicyDomain;
}

/**
 * `match` of the semantics: AND over stated attributes, OR over the values of one, a missing fact
 * matches for deny only. Returns what does not match; empty means the provision matches.
 */
export function mismatches(stated: Conditions, effect: Effect, q: Question): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const miss = (attribute: string, words: string): void => void found.push({ attribute, words });
  const closure = [q.actor.principal, ...q.actor.closure];
  const { actor, action, label, purpose, period } = stated;
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
  if (label?.kind === 'values' && !label.values.some((each) => labelMatches(each, effect, q))) {
    miss('securityLabel', `the labels do not match ${label.values.map(codeOf).join(', ')}`);
  }
  if (period?.kind === 'never' || (period?.kind === 'interval' && !inPeriod(period, effect, q))) {
    miss('period', 'the period of the provision is not running');
  }
  if (effect === 'permit') {
    for (const guard of guardsUnmet(stated, q)) miss(guard.must, guard.because);
  }
  return [...found, ...contentMismatches(stated, effect, q.row)];
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

const codeOf = (label: Label): string => label.code;

function guardsUnmet({ label, purpose }: Conditions, q: Question): readonly Guard[] {
  const named = {
    labels: label?.kind === 'values' ? label.values.map(codeOf) : undefined,
    purposes: purpose?.kind === 'values' ? purpose.values : undefined,
  };
  return GUARDS.filter(
    (guard) => (q.row.sensitivity & guard.mask) !== 0n && !isGuardMet(guard, named, q.purpose),
  );
}
