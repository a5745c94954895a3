import type { FhirResource, InputReference } from '../fhir-reading.ts';
import type { InferenceRecord } from '../orchestrator/inference-record.ts';
import { modelKey } from '../scores/scorer-registry.ts';
import type { Pipeline } from './pipeline.ts';

const MODEL_SYSTEM = 'urn:holdfast:inference-model';
/** Identifies in a RiskAssessment the inference that it came from. */
export const RESULT_SYSTEM = 'urn:holdfast:inference-record';

/** HL7 v3 ObservationValue: the content was asserted by software (AI Transparency on FHIR). */
const AIAST = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'AIAST',
  display: 'Artificial Intelligence asserted',
};

export interface ResultIds {
  readonly riskAssessment: string;
  readonly provenance: string;
}

function versioned(input: InputReference): { readonly reference: string } {
  const suffix = input.version === null ? '' : `/_history/${input.version}`;
  return { reference: `${input.reference}${suffix}` };
}

/** For a reader who sees only this: what was scored, how urgent, by which rung, and what is missing. */
function noteText(pipeline: Pipeline, record: InferenceRecord): string {
  const { output } = record;
  if (output === null) return '';
  const total =
    output.total === null
      ? `at least ${output.lowerBound} (no total: inputs missing)`
      : `total ${output.total}`;
  const absent = output.parts.flatMap((part) =>
    part.absent === undefined ? [] : [`${part.name}: ${part.absent}`],
  );
  const sentences = [
    `${pipeline.title} ${total}, ${output.band}.`,
    `Tier ${record.tier} by policy ${record.tierDecision.policy}.`,
    record.degraded
      ? `Degraded: answered by rung ${record.rung} because of ${record.reason ?? 'unknown'}.`
      : `Rung ${record.rung}.`,
  ];
  if (absent.length > 0) sentences.push(`Not counted: ${absent.join('; ')}.`);
  if (output.flags.length > 0) sentences.push(`Flags: ${output.flags.join(', ')}.`);
  return sentences.join(' ');
}

function methodOf(record: InferenceRecord): object {
  const { id, version } = record.model;
  return { coding: [{ system: MODEL_SYSTEM, code: id, version }], text: modelKey(record.model) };
}

function riskAssessment(
  pipeline: Pipeline,
  record: InferenceRecord,
  given: { readonly id: string; readonly asOf: Date },
): FhirResource {
  const { output } = record;
  const predictions = output === null ? [] : pipeline.predictions(output);
  return {
    resourceType: 'RiskAssessment',
    id: given.id,
    meta: { security: [AIAST] },
    identifier: [{ system: RESULT_SYSTEM, value: record.id }],
    // A bound is no final word: it changes as soon as the missing inputs are known.
    status: output?.total === null ? 'preliminary' : 'final',
    method: methodOf(record),
    subject: { reference: `Patient/${record.patientId}` },
    occurrenceDateTime: given.asOf.toISOString(),
    performer: device(record),
    basis: record.inputs.map(versioned),
    prediction: predictions.map(({ outcome, risk, rationale }) => ({
      outcome: { text: outcome },
      qualitativeRisk: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/risk-probability', code: risk }],
      },
      rationale,
    })),
    note: [{ text: noteText(pipeline, record) }],
  };
}

function device(record: InferenceRecord): object {
  const value = modelKey(record.model);
  return {
    type: 'Device',
    identifier: { system: MODEL_SYSTEM, value },
    display: `${value} (${record.rung})`,
  };
}

function provenance(
  record: InferenceRecord,
  given: { readonly id: string; readonly target: string; readonly now: Date },
): FhirResource {
  return {
    resourceType: 'Provenance',
    id: given.id,
    target: [{ reference: given.target }],
    recorded: given.now.toISOString(),
    reason: [{ coding: [AIAST] }],
    agent: [
      {
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
              code: 'assembler',
            },
          ],
        },
        who: device(record),
      },
    ],
    entity: record.inputs.map((input) => ({ role: 'source', what: versioned(input) })),
  };
}

/**
 * The R4 resources of an answered record: RiskAssessment and its Provenance, to be written with
 * the record in one transaction. Empty where there is nothing to say: no answer, or a score
 * that does not apply to the patient.
 */
export function buildResults(
  pipeline: Pipeline,
  record: InferenceRecord,
  given: { readonly ids: ResultIds; readonly asOf: Date; readonly now: Date },
): readonly FhirResource[] {
  if (record.output === null || !record.output.evaluable) return [];
  const { ids, asOf, now } = given;
  const target = `RiskAssessment/${ids.riskAssessment}`;
  return [
    riskAssessment(pipeline, record, { id: ids.riskAssessment, asOf }),
    provenance(record, { id: ids.provenance, target, now }),
  ];
}
