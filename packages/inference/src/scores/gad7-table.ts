import { FREQUENCY_ANSWERS } from './phq9-table.ts';
import type { QuestionnaireTable } from './questionnaire-score.ts';

export const GAD7: QuestionnaireTable = {
  id: 'gad-7',
  version: '1',
  source: 'Spitzer, Kroenke, Williams, Löwe 2006; LOINC panel 69737-5',
  panel: '69737-5',
  totalCode: '70274-6',
  items: [
    { code: '69725-0', name: 'nervous, anxious or on edge' },
    { code: '68509-9', name: 'not able to stop or control worrying' },
    { code: '69733-4', name: 'worrying too much' },
    { code: '69734-2', name: 'trouble relaxing' },
    { code: '69735-9', name: 'restless' },
    { code: '69689-8', name: 'easily annoyed or irritable' },
    { code: '69736-7', name: 'afraid that something awful might happen' },
  ],
  maxPoints: 3,
  answers: FREQUENCY_ANSWERS,
  bands: [
    { from: 0, name: 'minimal' },
    { from: 5, name: 'mild' },
    { from: 10, name: 'moderate' },
    { from: 15, name: 'severe' },
  ],
  safetyItem: null,
};
