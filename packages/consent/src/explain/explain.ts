import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { inherit } from '../model/conditions.ts';
import type { Conditions, ConsentModel, Finding, Provision } from '../model/consent-model.ts';
import { inForce } from '../model/supersession.ts';
import { interpret } from '../reference/interpreter.ts';
import { effectiveEffect, mismatches, type Question } from '../reference/matching.ts';
import type { Reason } from '../reference/reason.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';

export interface ExplainRequest {
  readonly actor: Actor;
  readonly action: Action;
  /** The instant the decision is explained for, ms since 1970. */
  readonly nowMs: number;
  readonly rulebook?: Rulebook;
}

export interface ExplainedRow {
  readonly row: RowFacts;
  /** The consents on file of the patient in whose compartment the row lies. */
  readonly consents: readonly ConsentModel[];
  /** Those of the other patients the row names, in the order of `row.others`. */
  readonly othersConsents?: readonly (readonly ConsentModel[])[];
}

/** A provision that would have permitted, and what kept it from matching. */
export interface NearestMiss {
  readonly consent: string;
  readonly path: string;
  readonly missing: readonly string[];
}

export interface Explanation {
  /** Always what `decide` answers for the same input. */
  readonly outcome: 'permit' | 'deny';
  /** The access policy that was in force. */
  readonly policyVersion: string;
  readonly reason: Reason;
  /** The reason tree in words, one line a step, indented by depth. */
  readonly lines: readonly string[];
  readonly nearestMiss: NearestMiss | undefined;
  /** What a reader of these consents should know: rules at work, parts that cannot be enforced. */
  readonly findings: readonly (Finding & { readonly consent: string })[];
  /** Consents that a newer one of the same lineage has replaced (A13), or whose time is over. */
  readonly notInForce: readonly string[];
}

/** Why a row is released or not, from the reference interpreter: names rules, consents, provisions. */
export function explain(request: ExplainRequest, explained: ExplainedRow): Explanation {
  const rulebook = request.rulebook ?? STARTER_RULEBOOK;
  const subject = { ...explained, othersConsents: explained.othersConsents ?? [] };
  const reason = interpret({ ...request, rulebook }, subject);
  const patients = [explained.consents, ...subject.othersConsents];
  const all = patients.flat();
  const current = patients
    .flatMap(inForce)
    .filter(({ from, until }) => from <= request.nowMs && request.nowMs < until);
  const outcome = reason.outcome === 'permit' ? 'permit' : 'deny';
  const questions = request.actor.purposes.map((purpose) => ({
    actor: request.actor,
    action: request.action,
    purpose,
    row: explained.row,
    nowMs: request.nowMs,
    domain: rulebook.domain,
  }));
  return {
    outcome,
    policyVersion: rulebook.policy.version,
    reason,
    lines: inWords(reason, 0),
    nearestMiss:
      outcome === 'permit'
        ? undefined
        : nearest(questions.flatMap((q) => current.flatMap(({ consent }) => misses(q, consent)))),
    findings: all.flatMap((consent) =>
      consent.findings.map((finding) => ({ ...finding, consent: consent.id })),
    ),
    notInForce: all
      .filter((consent) => !current.some((each) => each.consent === consent))
      .map(({ id }) => `Consent/${id}`),
  };
}

function inWords(reason: Reason, depth: number): readonly string[] {
  const where = reason.source === undefined ? '' : ` [${reason.source} ${reason.path ?? ''}]`;
  const line = `${'  '.repeat(depth)}${reason.outcome}: ${reason.words} (${reason.rule})${where}`;
  return [line, ...reason.because.flatMap((each) => inWords(each, depth + 1))];
}

function misses(q: Question, consent: ConsentModel): readonly NearestMiss[] {
  if (consent.unenforceable) return [];
  const visit = (node: Provision, inherited: Conditions): readonly NearestMiss[] => {
    const conditions = inherit(inherited, node.stated);
    const below = node.children.flatMap((child) => visit(child, conditions));
    if (effectiveEffect(conditions, node.effect) !== 'permit') return below;
    const missing = mismatches(conditions, 'permit', q).map(({ words }) => words);
    return [{ consent: consent.id, path: node.path, missing }, ...below];
  };
  return visit(consent.root, {}).filter(({ missing }) => missing.length > 0);
}

const nearest = (found: readonly NearestMiss[]): NearestMiss | undefined =>
  found.reduce<NearestMiss | undefined>(
    (best, each) => (best === undefined || each.missing.length < best.missing.length ? each : best),
    undefined,
  );
