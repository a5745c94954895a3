import type { Explanation, Reason } from '@holdfast/api-contract';
import {
  type Actor,
  type Explanation as FullExplanation,
  type Reason as FullReason,
  summaryOf,
} from '@holdfast/consent';

const NOTHING_TO_SAY = 'The patient’s consents, or the default, do not allow it.';
const WORDS_MAX = 2_000;

/**
 * As much of an explanation as its reader may know. A consent is as private as what it hides, so
 * only the patient and the compliance officer see which one decided; to others, what is hidden, what
 * a consent forbids and what does not exist read the same.
 */
export function explanationFor(
  reader: Actor,
  full: FullExplanation | undefined,
  asked: { readonly patientId: string; readonly nowMs: number },
): Explanation {
  const decidedAt = new Date(asked.nowMs).toISOString();
  const isOfficer = reader.roles.includes('compliance-officer');
  const isOwn = reader.roles.includes('patient') && reader.patientId === asked.patientId;
  if (full === undefined) {
    const text = isOfficer ? 'There is no such patient or resource.' : NOTHING_TO_SAY;
    return { verdict: 'deny', summary: text, decidedAt, reasons: [{ ...DENIED, text }] };
  }
  const verdict = full.outcome;
  if (isOfficer || isOwn) {
    const summary = summaryOf(full, isOwn ? 'patient' : 'officer');
    return { verdict, summary, decidedAt, reasons: [reasonOf(full.reason), ...nearestMiss(full)] };
  }
  if (full.reason.layer === 'org' && verdict === 'deny') {
    const summary = summaryOf(full, 'officer');
    return { verdict, summary, decidedAt, reasons: [{ ...reasonOf(full.reason), reasons: [] }] };
  }
  const text = verdict === 'permit' ? 'Nothing speaks against it.' : NOTHING_TO_SAY;
  return { verdict, summary: text, decidedAt, reasons: [{ result: verdict, text, reasons: [] }] };
}

const DENIED: Reason = { result: 'deny', text: NOTHING_TO_SAY, reasons: [] };

function reasonOf({ outcome, words, rule, source, path, because }: FullReason): Reason {
  return {
    result: outcome,
    text: words.slice(0, WORDS_MAX),
    rule,
    ...(source !== undefined && { source }),
    ...(path !== undefined && { path }),
    reasons: because.map(reasonOf),
  };
}

function nearestMiss({ nearestMiss: miss }: FullExplanation): readonly Reason[] {
  if (miss === undefined) return [];
  const text = `Nearest miss: it would permit, but ${miss.missing.join('; ')}`.slice(0, WORDS_MAX);
  const { consent, path } = miss;
  return [{ result: 'not-applicable', text, source: `Consent/${consent}`, path, reasons: [] }];
}
