import { clinicalInstant } from '../fhir-reading.ts';
import { QSOFA } from '../scores/qsofa.ts';
import { carriesQsofaInput, QSOFA_TOKENS, qsofaInput } from '../scores/qsofa-fhir.ts';
import { scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { definePipeline } from './pipeline.ts';
import { withinHours } from './recent-inputs.ts';

const MODEL = { id: QSOFA.id, version: QSOFA.version };
/** Charting of one round takes minutes. */
const SINCE_HOURS = 1;

export const qsofaPipeline = definePipeline({
  id: QSOFA.id,
  version: '1',
  title: 'qSOFA',
  model: MODEL,
  fallback: MODEL,
  purpose: 'TREAT',
  currentForHours: 24,
  trigger: { resourceTypes: ['Observation'], matches: carriesQsofaInput },
  inputs(trigger, patientId) {
    const asOf = new Date(clinicalInstant(trigger) ?? 0).toISOString();
    return [
      { type: 'Patient', patientId, codes: [], sinceHours: null, asOf },
      { type: 'Observation', patientId, codes: QSOFA_TOKENS, sinceHours: SINCE_HOURS, asOf },
    ];
  },
  gather(trigger, fetched) {
    return qsofaInput(withinHours(trigger, fetched, SINCE_HOURS), clinicalInstant(trigger) ?? 0);
  },
  score(input) {
    const output = scoreWith(scorerRegistry, MODEL, input);
    return output.ok ? output.value : null;
  },
  predictions: ({ lowerBound }) => [
    {
      outcome: 'Poor outcome of an infection',
      risk: lowerBound >= QSOFA.flagged ? 'high' : 'low',
      rationale: `qSOFA ${lowerBound} of 3; it holds only where an infection is suspected`,
    },
  ],
});
