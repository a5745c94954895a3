import { clinicalInstant, type FhirResource } from '../fhir-reading.ts';
import { carriesNews2Input, NEWS2_TOKENS, news2Input } from '../scores/news2-fhir.ts';
import { NEWS2 } from '../scores/news2-table.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { definePipeline, type Pipeline, type Prediction } from './pipeline.ts';
import { withinHours } from './recent-inputs.ts';

const MODEL = { id: NEWS2.id, version: NEWS2.version };

export interface News2Options {
  /** Observations older than this are no part of one set. Charting of one round takes minutes. */
  readonly sinceHours?: number;
  /**
   * Scale 2 only where a clinician has set a target of 88 to 92 %; never read out of a diagnosis.
   * Default: scale 1.
   */
  readonly saturationScale?: (trigger: FhirResource) => 1 | 2;
}

const RISK_OF_BAND: Readonly<Record<string, Prediction['risk']>> = {
  low: 'low',
  'low-medium': 'moderate',
  medium: 'moderate',
  high: 'high',
};

const RESPONSE_OF_BAND: Readonly<Record<string, string>> = {
  low: 'routine monitoring',
  'low-medium': 'urgent ward-based review: one parameter scores 3',
  medium: 'urgent assessment within 1 hour',
  high: 'emergency assessment within 30 minutes, continuous monitoring',
};

function predictions(output: ScoreOutput): Prediction[] {
  return [
    {
      outcome: 'Clinical deterioration',
      risk: RISK_OF_BAND[output.band] ?? 'low',
      rationale: `NEWS2 (Royal College of Physicians 2017): ${RESPONSE_OF_BAND[output.band] ?? output.band}`,
    },
  ];
}

/** NEWS2 over the newest value of each vital sign in the hours up to the one that came in. */
export function news2Pipeline(options: News2Options = {}): Pipeline {
  const { sinceHours = 1, saturationScale = () => 1 } = options;
  return definePipeline({
    id: 'news2',
    version: '1',
    title: 'NEWS2',
    model: MODEL,
    fallback: MODEL,
    purpose: 'TREAT',
    currentForHours: 24,
    trigger: { resourceTypes: ['Observation'], matches: carriesNews2Input },
    inputs(trigger, patientId) {
      const asOf = new Date(clinicalInstant(trigger) ?? 0).toISOString();
      return [
        { type: 'Patient', patientId, codes: [], sinceHours: null, asOf },
        { type: 'Observation', patientId, codes: NEWS2_TOKENS, sinceHours, asOf },
      ];
    },
    gather(trigger, fetched) {
      const atMs = clinicalInstant(trigger) ?? 0;
      const context = { atMs, saturationScale: saturationScale(trigger) };
      return news2Input(withinHours(trigger, fetched, sinceHours), context);
    },
    score(input) {
      const output = scoreWith(scorerRegistry, MODEL, input);
      return output.ok ? output.value : null;
    },
    predictions,
  });
}
