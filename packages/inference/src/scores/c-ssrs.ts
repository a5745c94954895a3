import { err, ok, type Result } from '@holdfast/kernel';
import { numberElement } from '../fhir-reading.ts';
import { C_SSRS, C_SSRS_LEVELS } from './c-ssrs-table.ts';
import { partsOf, type QuestionnaireInput, readQuestionnaireInput } from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

export interface CSsrsInput extends Pick<QuestionnaireInput, 'answers' | 'unusable'> {
  /** 1 low, 2 moderate, 3 high: a level that somebody stated beside or instead of the answers. */
  readonly statedLevel: number | null;
}

type Level = 0 | 1 | 2 | 3;

const CODES = C_SSRS.items.map((item) => item.code);
const [WISH, THOUGHTS, METHOD, INTENT, PLAN, LIFETIME, RECENT] = CODES;

/**
 * Columbia's triage: intent, a plan, or behaviour within three months is high; a method, or
 * behaviour longer ago, moderate; wish or thoughts alone low. (One published FHIR guide calls
 * intent without a plan moderate; the scale's authors don't.)
 */
function levelOf(yes: (code: string | undefined) => boolean): Level {
  if (yes(INTENT) || yes(PLAN) || yes(RECENT)) return 3;
  if (yes(METHOD) || yes(LIFETIME)) return 2;
  return yes(WISH) || yes(THOUGHTS) ? 1 : 0;
}

/** After no thoughts (question 2) questions 3 to 5 are skipped; after no behaviour its date is. */
function isOwed(code: string, answers: CSsrsInput['answers']): boolean {
  if (answers[code] !== undefined) return false;
  if (code === RECENT) return answers[LIFETIME ?? ''] !== 0;
  const afterThoughts = code === METHOD || code === INTENT || code === PLAN;
  return !(afterThoughts && answers[THOUGHTS ?? ''] === 0);
}

/** Answers that can't all be true. The worse reading counts; somebody should ask again. */
function contradicts(yes: (code: string | undefined) => boolean, input: CSsrsInput): boolean {
  const no = (code: string | undefined): boolean => input.answers[code ?? ''] === 0;
  const later = yes(METHOD) || yes(INTENT) || yes(PLAN);
  return (no(THOUGHTS) && later) || (no(LIFETIME) && yes(RECENT));
}

/** The risk level as an ordinal of 0 (none) to 3 (high); with answers owed it is a lower bound. */
export function scoreCSsrs(input: CSsrsInput): ScoreOutput {
  const source = `${C_SSRS.id}@${C_SSRS.version}`;
  const yes = (code: string | undefined): boolean => input.answers[code ?? ''] === 1;
  const parts = partsOf(C_SSRS, input);
  const answered = levelOf(yes);
  const level = Math.max(answered, input.statedLevel ?? 0);
  const owed = CODES.filter((code) => isOwed(code, input.answers));
  // Nothing that is still to be asked can make high risk higher.
  const complete = owed.length === 0 || level === 3;
  const flags: string[] = [];
  if (contradicts(yes, input)) flags.push('answers-contradict');
  if (owed.length > 0) flags.push('items-missing');
  if (input.statedLevel !== null && owed.length === 0 && input.statedLevel !== answered) {
    flags.push('level-disagrees-with-items');
  }
  const evaluable = input.statedLevel !== null || parts.some(({ points }) => points !== null);
  return {
    score: source,
    evaluable,
    total: complete || input.statedLevel !== null ? level : null,
    lowerBound: level,
    band: evaluable ? (C_SSRS_LEVELS[level] ?? 'high') : 'not evaluable',
    parts,
    flags,
    signals: evaluable ? [{ id: 'c-ssrs-risk', value: level, source }] : [],
  };
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readCSsrsInput(given: unknown): Result<CSsrsInput, string> {
  const answers = readQuestionnaireInput(C_SSRS, given);
  if (!answers.ok) return answers;
  const statedLevel = numberElement(given, 'statedLevel') ?? null;
  if (statedLevel !== null && ![1, 2, 3].includes(statedLevel)) {
    return err('the stated level is not 1 to 3');
  }
  return ok({ answers: answers.value.answers, unusable: answers.value.unusable, statedLevel });
}
