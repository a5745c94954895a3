import { clinicalInstant, type FhirResource } from '../fhir-reading.ts';
import { DETERIORATION_TOKENS, deteriorationInput } from '../models/deterioration/fhir.ts';
import { WINDOW_HOURS } from '../models/deterioration/input.ts';
import { carriesNews2Input } from '../scores/news2-fhir.ts';
import { NEWS2 } from '../scores/news2-table.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { definePipeline, type Prediction, withTrigger } from './pipeline.ts';

/** The version that answers; its twin, a cheaper model and NEWS2 stand below it. */
const MODEL = { id: 'deterioration-24h', version: '1' };
const VARIANT = { id: 'deterioration-24h-logistic', version: '1' };
const SCORE = { id: NEWS2.id, version: NEWS2.version };

const RISKS: Readonly<Record<string, Prediction['risk']>> = {
  low: 'low',
  'low-medium': 'moderate',
  moderate: 'moderate',
  medium: 'moderate',
  high: 'high',
};

function predictions(output: ScoreOutput): Prediction[] {
  const { probability, score, statement } = output;
  return [
    {
      outcome: 'Clinical deterioration within 24 hours',
      risk: RISKS[output.band] ?? 'low',
      rationale: `${score}, ${output.band}. ${statement ?? 'The deterministic score answers in place of the model.'}`,
      ...(probability === undefined ? {} : { probability }),
      withinHours: WINDOW_HOURS,
    },
  ];
}

/** A trained model beside NEWS2, over the same round of vital signs and the day before it. */
export const deteriorationPipeline = definePipeline({
  id: 'deterioration-24h',
  version: '1',
  title: 'Deterioration within 24 hours',
  model: MODEL,
  lower: [
    { rung: 'twin', model: MODEL },
    { rung: 'variant', model: VARIANT },
  ],
  fallback: SCORE,
  purpose: 'TREAT',
  currentForHours: 24,
  trigger: { resourceTypes: ['Observation'], matches: carriesNews2Input },
  inputs(trigger, patientId) {
    const asOf = new Date(clinicalInstant(trigger) ?? 0).toISOString();
    return [
      { type: 'Patient', patientId, codes: [], sinceHours: null, asOf },
      {
        ...{ type: 'Observation', patientId, codes: DETERIORATION_TOKENS, asOf },
        ...{ sinceHours: WINDOW_HOURS, newestFirst: true },
      },
    ];
  },
  gather(trigger: FhirResource, fetched) {
    const atMs = clinicalInstant(trigger) ?? 0;
    return deteriorationInput(withTrigger(trigger, fetched), { atMs, saturationScale: 1 });
  },
  score(input) {
    // What is urgent is told by the published score; a model's answer moves no tier.
    const output = scoreWith(scorerRegistry, SCORE, input);
    return output.ok ? output.value : null;
  },
  predictions,
});
