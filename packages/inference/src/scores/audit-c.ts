import { ok, type Result } from '@holdfast/kernel';
import { textElement } from '../fhir-reading.ts';
import { AUDIT_C, AUDIT_C_CUTS } from './audit-c-table.ts';
import {
  type QuestionnaireInput,
  readQuestionnaireInput,
  scoreQuestionnaire,
} from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

export interface AuditCInput extends QuestionnaireInput {
  /** Administrative gender `male`; everything else, or not known, takes the lower cut. */
  readonly sex: string | null;
}

/** Points that come from how often alone speak of drinking below the limits. */
function isFrequencyOnly(output: ScoreOutput): boolean {
  const [frequency, ...others] = output.parts;
  return (frequency?.points ?? 0) > 0 && others.every(({ points }) => points === 0);
}

export function scoreAuditC(input: AuditCInput): ScoreOutput {
  const output = scoreQuestionnaire(AUDIT_C, input);
  if (!output.evaluable) return output;
  const cut = input.sex === 'male' ? AUDIT_C_CUTS.male : AUDIT_C_CUTS.otherwise;
  const positive = output.lowerBound >= cut;
  const flags = [...output.flags, ...(isFrequencyOnly(output) ? ['frequency-only'] : [])];
  const source = output.score;
  return {
    ...output,
    band: positive ? 'at or above the cut' : output.band,
    flags,
    signals: [...output.signals, { id: 'audit-c-positive', value: positive ? 1 : 0, source }],
  };
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readAuditCInput(given: unknown): Result<AuditCInput, string> {
  const answers = readQuestionnaireInput(AUDIT_C, given);
  if (!answers.ok) return answers;
  return ok({ ...answers.value, sex: textElement(given, 'sex') ?? null });
}
