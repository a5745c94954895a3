import type { Reason } from '../reference/reason.ts';
import type { Explanation } from './explain.ts';

/** Who reads an explanation: the patient it is about, or whoever answers for the decision. */
export type Audience = 'patient' | 'officer';

/** One plain sentence on what decided, for people who know no rule by its name. */
export function summaryOf(explanation: Explanation, audience: Audience): string {
  const [, whose] = audience === 'patient' ? ['You', 'your'] : ['The patient', 'the patient’s'];
  const decisive = decidingStep(explanation.reason);
  const permits = explanation.outcome === 'permit';
  switch (decisive.rule) {
    case 'GLASS':
      return `Opened as an emergency, against ${whose} choices: it is recorded and will be reviewed.`;
    case 'DEFAULT':
      return permits
        ? `None of ${whose} consents speaks about this, and the default allows it.`
        : `None of ${whose} consents speaks about this, and the default keeps it closed.`;
    case 'A11':
      return `A consent of ${whose === 'your' ? 'yours' : whose.replace('’s', '')} allows something else only.`;
    default:
      return byLayer(decisive, whose, permits);
  }
}

function byLayer({ layer, words }: Reason, whose: string, permits: boolean): string {
  if (layer === 'org') {
    return permits
      ? `The organisation’s policy allows it: ${words}.`
      : `The organisation’s policy does not allow it: ${words}.`;
  }
  if (layer === 'law')
    return permits ? `The law demands it: ${words}.` : `The law forbids it: ${words}.`;
  if (layer === 'request') return `The request cannot be granted: ${words}.`;
  return permits
    ? `A consent among ${whose} consents allows it.`
    : `One of ${whose} consents forbids it.`;
}

// Down the steps that came out the same, to the consent, the default or the rule that decided.
function decidingStep(reason: Reason): Reason {
  if (reason.rule === 'GLASS' || reason.rule === 'DEFAULT') return reason;
  const children = reason.because.filter(({ outcome }) => sameSide(outcome, reason.outcome));
  const [next] = children;
  const isConsent = reason.source !== undefined;
  return next === undefined || isConsent ? reason : decidingStep(next);
}

const sameSide = (a: Reason['outcome'], b: Reason['outcome']): boolean =>
  (a === 'permit') === (b === 'permit') && a !== 'not-applicable';
