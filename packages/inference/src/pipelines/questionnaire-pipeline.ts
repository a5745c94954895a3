import { clinicalInstant, type FhirResource, LOINC } from '../fhir-reading.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { type ModelReference, scorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import {
  definePipeline,
  type Gathered,
  type LookUp,
  type Pipeline,
  type Prediction,
  withTrigger,
} from './pipeline.ts';

/** Items stored one by one belong to one administration if they lie within this. */
const ADMINISTRATION_HOURS = 24;

/** Screenings are repeated at follow-up visits, a quarter of a year apart at most. */
const CURRENT_FOR_HOURS = 90 * 24;

/** A questionnaire that is scored by its published rule. */
export interface Administered {
  readonly model: ModelReference;
  readonly title: string;
  /** LOINC codes of its items and of its total. */
  readonly codes: readonly string[];
  /** True where the score depends on who answered. */
  readonly readsPatient: boolean;
  carries(resource: FhirResource): boolean;
  gather(resources: readonly FhirResource[]): Gathered;
  predictions(output: ScoreOutput): readonly Prediction[];
}

/** Scores a questionnaire as soon as it, or one of its items, is stored. */
export function questionnairePipeline(questionnaire: Administered): Pipeline {
  const { model, title, codes, readsPatient } = questionnaire;
  return definePipeline({
    id: model.id,
    version: '1',
    title,
    model,
    fallback: model,
    purpose: 'TREAT',
    currentForHours: CURRENT_FOR_HOURS,
    trigger: {
      resourceTypes: ['QuestionnaireResponse', 'Observation'],
      matches: (resource) => questionnaire.carries(resource),
    },
    inputs(trigger, patientId) {
      const asOf = new Date(clinicalInstant(trigger) ?? 0).toISOString();
      const patient: LookUp[] = readsPatient
        ? [{ type: 'Patient', patientId, codes: [], sinceHours: null, asOf }]
        : [];
      // A QuestionnaireResponse is a whole administration; an Observation one item of it, or the sum.
      if (trigger.resourceType === 'QuestionnaireResponse') return patient;
      const tokens = codes.map((code) => `${LOINC}|${code}`);
      const items = { codes: tokens, sinceHours: ADMINISTRATION_HOURS, asOf };
      return [...patient, { type: 'Observation', patientId, ...items }];
    },
    gather(trigger, fetched) {
      if (trigger.resourceType !== 'QuestionnaireResponse') {
        return questionnaire.gather(withTrigger(trigger, fetched));
      }
      const patients = fetched.filter(({ resourceType }) => resourceType === 'Patient');
      return questionnaire.gather([trigger, ...patients]);
    },
    score(input) {
      const output = scoreWith(scorerRegistry, model, input);
      return output.ok ? output.value : null;
    },
    predictions: (output) => questionnaire.predictions(output),
  });
}
