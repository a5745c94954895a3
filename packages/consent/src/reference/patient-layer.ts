import { UNLABELLED } from '../labels/confidentiality.ts';
import { inherit, unenforceableIn } from '../model/conditions.ts';
import type { Conditions, ConsentModel, Provision } from '../model/consent-model.ts';
import { inForce } from '../model/supersession.ts';
import { purposeWithin } from '../purposes/purpose-of-use.ts';
import { DEFAULT_CEILING, defaultCovers, isEmergencyPurpose } from '../rulebook.ts';
import { effectiveEffect, mismatches, type Question } from './matching.ts';
import type { Outcome, Reason } from './reason.ts';

/** Layer 2 for one patient and one purpose: deny > permit > weak deny > default. */
export function patientLayer(q: Question, consents: readonly ConsentModel[]): Reason {
  const reasons = speaking(q, consents).map((consent) => evaluateConsent(q, consent));
  for (const outcome of ['deny', 'permit', 'weak-deny'] as const) {
    const found = reasons.filter((each) => each.outcome === outcome);
    if (found.length > 0) return combined(outcome, reasons, WORDS[outcome]);
  }
  const permits = defaultPermits(q);
  const words = `no consent speaks: the default ${q.domain.default} ${permits ? 'permits' : 'denies'}`;
  return { ...combined(permits ? 'permit' : 'deny', reasons, words), rule: 'DEFAULT' };
}

function speaking(q: Question, consents: readonly ConsentModel[]): readonly ConsentModel[] {
  return inForce(consents)
    .filter(({ from, until }) => from <= q.nowMs && q.nowMs < until)
    .map(({ consent }) => consent)
    .filter(({ scope }) => scope !== 'research' || purposeWithin(q.purpose, 'HRESCH'));
}

/**
 * Layer 3 has no say where a provision that denies names an emergency purpose: whoever wrote it
 * meant emergencies too.
 */
export function isFirmlyDenied(q: Question, consents: readonly ConsentModel[]): boolean {
  return speaking(q, consents)
    .map((consent) => evaluateConsent(q, consent))
    .some((reason) => reason.outcome === 'deny' && restsOnFirmDeny(reason));
}

const restsOnFirmDeny = (reason: Reason): boolean =>
  reason.isFirm === true ||
  reason.because.some((each) => each.outcome === 'deny' && restsOnFirmDeny(each));

const namesEmergency = ({ purpose }: Conditions): boolean =>
  purpose?.kind === 'values' && purpose.values.some(isEmergencyPurpose);

/** Did a consent of the patient, and not the default, permit? */
export const isExplicitPermit = (reason: Reason): boolean =>
  reason.outcome === 'permit' && reason.rule !== 'DEFAULT';

const WORDS = {
  deny: 'a consent denies, and deny wins over any permit',
  permit: 'a consent permits and none denies',
  'weak-deny': 'a consent permits something else only',
} as const;

function combined(outcome: Outcome, because: readonly Reason[], words: string): Reason {
  return { layer: 'patient', rule: 'A13', outcome, words, because };
}

function defaultPermits({ domain, purpose, row }: Question): boolean {
  return (
    defaultCovers(domain.default, purpose) &&
    row.confidentiality !== UNLABELLED &&
    row.confidentiality <= DEFAULT_CEILING &&
    row.sensitivity === 0n
  );
}

function evaluateConsent(q: Question, consent: ConsentModel): Reason {
  const result = evaluate({ q, consent }, consent.root, {});
  if (result.outcome !== 'not-applicable' || consent.root.effect === 'deny') return result;
  return {
    ...result,
    rule: 'A11',
    outcome: 'weak-deny',
    words: `it permits something else, so not this: ${result.words}`,
  };
}

interface Scene {
  readonly q: Question;
  readonly consent: ConsentModel;
}

function evaluate(scene: Scene, node: Provision, inherited: Conditions): Reason {
  const conditions = inherit(inherited, node.stated);
  const effect = scene.consent.unenforceable ? 'deny' : effectiveEffect(conditions, node.effect);
  const children = node.children
    .map((child) => evaluate(scene, child, conditions))
    .filter((each) => each.outcome !== 'not-applicable');
  const { id, version } = scene.consent;
  const evidence = { source: `Consent/${id}/_history/${version}`, path: node.path };
  for (const outcome of ['deny', 'permit'] as const) {
    if (children.some((each) => each.outcome === outcome)) {
      const words = `a deeper provision ${outcome === 'deny' ? 'denies' : 'permits'}`;
      return { layer: 'patient', rule: 'A4', outcome, words, ...evidence, because: children };
    }
  }
  const missing = mismatches(conditions, effect, scene.q);
  if (missing.length > 0) {
    const words = missing.map((each) => `${each.attribute}: ${each.words}`).join('; ');
    const rule = node.effect === 'deny' ? 'A12' : 'A3';
    return { layer: 'patient', rule, outcome: 'not-applicable', words, ...evidence, because: [] };
  }
  const unreliable = scene.consent.unenforceable || unenforceableIn(conditions).length > 0;
  const words = unreliable
    ? 'it states something that cannot be enforced, so it denies within its scope'
    : `every condition it states holds, and it says ${effect}`;
  const rule = unreliable ? 'A1' : 'A3';
  return {
    layer: 'patient',
    rule,
    outcome: effect,
    words,
    ...evidence,
    ...(effect === 'deny' && namesEmergency(conditions) && { isFirm: true as const }),
    because: [],
  };
}
