import type { QuestionnaireTable } from './questionnaire-score.ts';

/** LOINC answer list LL358-3. */
export const FREQUENCY_ANSWERS = {
  'LA6568-5': 0,
  'LA6569-3': 1,
  'LA6570-1': 2,
  'LA6571-9': 3,
} as const;

export const PHQ9: QuestionnaireTable = {
  id: 'phq-9',
  version: '1',
  source: 'Kroenke, Spitzer, Williams 2001; LOINC panel 44249-1',
  panel: '44249-1',
  totalCode: '44261-6',
  items: [
    { code: '44250-9', name: 'little interest or pleasure' },
    { code: '44255-8', name: 'feeling down, depressed or hopeless' },
    { code: '44259-0', name: 'trouble with sleep' },
    { code: '44254-1', name: 'tired or little energy' },
    { code: '44251-7', name: 'poor appetite or overeating' },
    { code: '44258-2', name: 'feeling bad about oneself' },
    { code: '44252-5', name: 'trouble concentrating' },
    { code: '44253-3', name: 'moving slowly or being restless' },
    { code: '44260-8', name: 'thoughts of being better off dead or of self-harm' },
  ],
  maxPoints: 3,
  answers: FREQUENCY_ANSWERS,
  bands: [
    { from: 0, name: 'minimal' },
    { from: 5, name: 'mild' },
    { from: 10, name: 'moderate' },
    { from: 15, name: 'moderately severe' },
    { from: 20, name: 'severe' },
  ],
  safetyItem: { code: '44260-8', signal: 'phq-9-item-9' },
};
