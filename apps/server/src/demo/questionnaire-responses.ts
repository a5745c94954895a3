import { LOINC, refer } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import { IDENTIFIER_SYSTEM } from './practice.ts';
import type { Timeline } from './timeline.ts';
import { type DemoResource } from './transaction.ts';
import { between, type Variation } from './variation.ts';
import type { Visit } from './visits.ts';

const QUESTIONNAIRE_URL = `${IDENTIFIER_SYSTEM}Questionnaire/phq-9`;
const ANSWERS_AFTER_MINUTES = 10;

/** LOINC panel 44249-1 in its own order; item 9, thoughts of self-harm, is the last. */
const ITEMS = [
  ['44250-9', 'Little interest or pleasure in doing things'],
  ['44255-8', 'Feeling down, depressed, or hopeless'],
  ['44259-0', 'Trouble falling or staying asleep, or sleeping too much'],
  ['44254-1', 'Feeling tired or having little energy'],
  ['44251-7', 'Poor appetite or overeating'],
  ['44258-2', 'Feeling bad about yourself'],
  ['44252-5', 'Trouble concentrating on things'],
  ['44253-3', 'Moving or speaking slowly, or being restless'],
  ['44260-8', 'Thoughts of being better off dead, or of self-harm'],
] as const;
const TOTAL = ['44261-6', 'PHQ-9 total score'] as const;
const SELF_HARM = '44260-8';

/** LOINC answer list LL358-3; the position is the points. */
const ANSWERS = [
  { system: LOINC, code: 'LA6568-5', display: 'Not at all' },
  { system: LOINC, code: 'LA6569-3', display: 'Several days' },
  { system: LOINC, code: 'LA6570-1', display: 'More than half the days' },
  { system: LOINC, code: 'LA6571-9', display: 'Nearly every day' },
] as const;

export function questionnaireResource(): DemoResource {
  return {
    resourceType: 'Questionnaire',
    id: 'phq-9',
    url: QUESTIONNAIRE_URL,
    title: 'PHQ-9',
    status: 'active',
    subjectType: ['Patient'],
    code: [{ system: LOINC, code: '44249-1' }],
    item: [
      ...ITEMS.map(([code, text]) => ({
        linkId: code,
        code: [{ system: LOINC, code }],
        text,
        type: 'choice',
        required: true,
        answerOption: ANSWERS.map((valueCoding) => ({ valueCoding })),
      })),
      {
        linkId: TOTAL[0],
        code: [{ system: LOINC, code: TOTAL[0] }],
        text: TOTAL[1],
        type: 'integer',
        readOnly: true,
      },
    ],
  };
}

/** One PHQ-9 a visit; only the story `at-risk` answers item 9 with more than "not at all". */
export function phq9Response(
  patient: DemoPatient,
  { visit, vary, time }: { visit: Visit; vary: Variation; time: Timeline },
): DemoResource {
  const burden = vary('burden');
  const points = ITEMS.map(([code]) => {
    if (code === SELF_HARM) return patient.story === 'at-risk' ? 1 : 0;
    return between((burden + vary(`${visit.id}/${code}`)) / 2, 0, 3);
  });
  const total = points.reduce<number>((sum, each) => sum + each, 0);
  return {
    resourceType: 'QuestionnaireResponse',
    id: `${visit.id}-phq9`,
    questionnaire: QUESTIONNAIRE_URL,
    status: 'completed',
    subject: refer('Patient', patient.id),
    encounter: refer('Encounter', visit.id),
    authored: time.minutesAgo(visit.beganMinutesAgo - ANSWERS_AFTER_MINUTES),
    author: refer('Patient', patient.id),
    item: [
      ...ITEMS.map(([linkId, text], index) => ({
        linkId,
        text,
        answer: [{ valueCoding: ANSWERS[points[index] ?? 0] }],
      })),
      { linkId: TOTAL[0], text: TOTAL[1], answer: [{ valueInteger: total }] },
    ],
  };
}
