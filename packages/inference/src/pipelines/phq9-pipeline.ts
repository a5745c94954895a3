import { PHQ9 } from '../scores/phq9-table.ts';
import { carriesQuestionnaire, questionnaireInput } from '../scores/questionnaire-fhir.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import type { Prediction } from './pipeline.ts';
import { questionnairePipeline } from './questionnaire-pipeline.ts';

const RISK_OF_BAND: Readonly<Record<string, Prediction['risk']>> = {
  minimal: 'negligible',
  mild: 'low',
  moderate: 'moderate',
  'moderately severe': 'high',
  severe: 'high',
};

function predictions(output: ScoreOutput): Prediction[] {
  const depression: Prediction = {
    outcome: 'Depression',
    risk: RISK_OF_BAND[output.band] ?? 'negligible',
    rationale: `PHQ-9 severity: ${output.band}`,
  };
  if (!output.flags.includes('safety-item-positive')) return [depression];
  const selfHarm: Prediction = {
    outcome: 'Self-harm or suicide',
    risk: 'high',
    rationale: 'PHQ-9 item 9 answered above 0: immediate evaluation whatever the total',
  };
  return [selfHarm, depression];
}

export const phq9Pipeline = questionnairePipeline({
  model: { id: PHQ9.id, version: PHQ9.version },
  title: 'PHQ-9',
  codes: [PHQ9.panel, PHQ9.totalCode, ...PHQ9.items.map((item) => item.code)],
  readsPatient: false,
  carries: (resource) => carriesQuestionnaire(PHQ9, resource),
  gather: (resources) => questionnaireInput(PHQ9, resources),
  predictions,
});
