import { clinicalInstant } from '../fhir-reading.ts';
import { callsForAttention, criticalValuesInput } from '../scores/critical-values-fhir.ts';
import { CRITICAL_VALUES } from '../scores/critical-values-table.ts';
import { scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { definePipeline, type Prediction } from './pipeline.ts';

const MODEL = { id: CRITICAL_VALUES.id, version: CRITICAL_VALUES.version };

const RISKS: readonly Prediction['risk'][] = ['low', 'moderate', 'high'];

/** States a laboratory result that somebody must act on; normal results start nothing. */
export const criticalValuesPipeline = definePipeline({
  id: CRITICAL_VALUES.id,
  version: '1',
  title: 'Critical laboratory value',
  model: MODEL,
  fallback: MODEL,
  purpose: 'TREAT',
  currentForHours: 24,
  trigger: { resourceTypes: ['Observation'], matches: callsForAttention },
  inputs(trigger, patientId) {
    const asOf = new Date(clinicalInstant(trigger) ?? 0).toISOString();
    return [{ type: 'Patient', patientId, codes: [], sinceHours: null, asOf }];
  },
  gather(trigger, fetched) {
    const patient = fetched.find(({ resourceType }) => resourceType === 'Patient');
    const atMs = clinicalInstant(trigger) ?? 0;
    return {
      input: criticalValuesInput(trigger, { patient, atMs }),
      used: patient === undefined ? [trigger] : [patient, trigger],
    };
  },
  score(input) {
    const output = scoreWith(scorerRegistry, MODEL, input);
    return output.ok ? output.value : null;
  },
  predictions: ({ lowerBound, band, flags }) => [
    {
      outcome: 'Harm from an abnormal laboratory result',
      risk: RISKS[lowerBound] ?? 'high',
      rationale: flags.includes('flagged-by-laboratory')
        ? 'The laboratory itself flagged the result as critical'
        : `Beyond the ${band} limit for adults`,
    },
  ],
});
