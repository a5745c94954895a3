import { clinicalInstant, LOINC } from '../fhir-reading.ts';
import { PHQ9 } from '../scores/phq9-table.ts';
import { carriesQuestionnaire, questionnaireInput } from '../scores/questionnaire-fhir.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { definePipeline, type Prediction, withTrigger } from './pipeline.ts';

/** Items stored one by one belong to one administration if they lie within this. */
const ADMINISTRATION_HOURS = 24;

const MODEL = { id: PHQ9.id, version: PHQ9.version };

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

export const phq9Pipeline = definePipeline({
  id: 'phq-9',
  version: '1',
  title: 'PHQ-9',
  model: MODEL,
  fallback: MODEL,
  purpose: 'TREAT',
  trigger: {
    resourceTypes: ['QuestionnaireResponse', 'Observation'],
    matches: (resource) => carriesQuestionnaire(PHQ9, resource),
  },
  inputs(trigger, patientId) {
    // A QuestionnaireResponse is a whole administration; an Observation one item of it, or the sum.
    if (trigger.resourceType === 'QuestionnaireResponse') return [];
    const codes = [PHQ9.totalCode, ...PHQ9.items.map((item) => item.code)];
    return [
      {
        type: 'Observation',
        patientId,
        codes: codes.map((code) => `${LOINC}|${code}`),
        sinceHours: ADMINISTRATION_HOURS,
        asOf: new Date(clinicalInstant(trigger) ?? 0).toISOString(),
      },
    ];
  },
  gather(trigger, fetched) {
    const whole = trigger.resourceType === 'QuestionnaireResponse';
    return questionnaireInput(PHQ9, whole ? [trigger] : withTrigger(trigger, fetched));
  },
  score(input) {
    const output = scoreWith(scorerRegistry, MODEL, input);
    return output.ok ? output.value : null;
  },
  predictions,
});
