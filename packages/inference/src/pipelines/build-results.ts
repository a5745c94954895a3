import type { FhirResource, InputReference } from '../fhir-reading.ts';
import type { InferenceRecord } from '../orchestrator/inference-record.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { modelKey } from '../scores/scorer-registry.ts';
import type { Pipeline } from './pipeline.ts';

const MODEL_SYSTEM = 'urn:holdfast:inference-model';
/** SHA-256 of a model's manifest, which names the hashes of its files. */
const ARTIFACT_SYSTEM = 'urn:holdfast:model-artifact';
const CARD_SYSTEM = 'urn:holdfast:model-card';
/** Identifies in a RiskAssessment the inference that it came from. */
export const RESULT_SYSTEM = 'urn:holdfast:inference-record';

/** HL7 v3 ObservationValue: the content was asserted by software (AI Transparency on FHIR). */
const AIAST = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'AIAST',
  display: 'Artificial Intelligence asserted',
};

const RUNTIMES = {
  onnxruntime: 'ONNX Runtime',
  typescript: 'its twin in TypeScript',
  remote: 'a model server',
} as const satisfies Record<NonNullable<ScoreOutput['runtime']>, string>;

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
    output.probability !== undefined
      ? `probability ${output.probability.toFixed(3)}`
      : output.total === null
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
  if (output.runtime !== undefined) sentences.push(`Run by ${RUNTIMES[output.runtime]}.`);
  if (output.statement !== undefined) sentences.push(output.statement);
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
    ...contained(record),
    identifier: [{ system: RESULT_SYSTEM, value: record.id }],
    // A bound is no final word: it changes as soon as the missing inputs are known.
    status: output?.total === null ? 'preliminary' : 'final',
    method: methodOf(record),
    subject: { reference: `Patient/${record.patientId}` },
    occurrenceDateTime: given.asOf.toISOString(),
    performer: device(record),
    basis: record.inputs.map(versioned),
    prediction: predictions.map(({ outcome, risk, rationale, probability, withinHours }) => ({
      outcome: { text: outcome },
      ...(probability === undefined ? {} : { probabilityDecimal: probability }),
      ...(withinHours === undefined ? {} : { whenRange: { high: hours(withinHours) } }),
      qualitativeRisk: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/risk-probability', code: risk }],
      },
      rationale,
    })),
    note: [{ text: noteText(pipeline, record) }],
  };
}

const hours = (value: number) => ({
  ...{ value, unit: 'hours', system: 'http://unitsofmeasure.org', code: 'h' },
});

const DEVICE = 'model';

/** A trained model as the Device that it is, inside of what it asserted; a score has none. */
function contained(record: InferenceRecord): { readonly contained?: readonly object[] } {
  const { model, output, artifactSha256 } = record;
  if (output?.runtime === undefined) return {};
  const device = {
    resourceType: 'Device',
    id: DEVICE,
    identifier: [
      { system: MODEL_SYSTEM, value: modelKey(model) },
      ...(artifactSha256 === null ? [] : [{ system: ARTIFACT_SYSTEM, value: artifactSha256 }]),
    ],
    manufacturer: 'Holdfast',
    deviceName: [{ name: model.id, type: 'model-name' }],
    type: { text: 'Artificial-Intelligence' },
    version: [
      { type: { text: 'model' }, value: model.version },
      { type: { text: 'runtime' }, value: output.runtime },
    ],
    note: [{ text: output.statement ?? '' }],
  };
  return { contained: [device] };
}

function device(record: InferenceRecord): object {
  const value = modelKey(record.model);
  return {
    ...(record.output?.runtime === undefined ? {} : { reference: `#${DEVICE}` }),
    type: 'Device',
    identifier: { system: MODEL_SYSTEM, value },
    display: `${value} (${record.rung})`,
  };
}

/** What tells of the model, after the patient's data. */
function card({ output, model }: InferenceRecord): object[] {
  if (output?.runtime === undefined) return [];
  const identifier = { system: CARD_SYSTEM, value: modelKey(model) };
  return [{ role: 'source', what: { identifier, display: `Model card of ${modelKey(model)}` } }];
}

function provenance(
  record: InferenceRecord,
  given: { readonly id: string; readonly target: string; readonly now: Date },
): FhirResource {
  return {
    resourceType: 'Provenance',
    id: given.id,
    ...contained(record),
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
    entity: [
      ...record.inputs.map((input) => ({ role: 'source', what: versioned(input) })),
      ...card(record),
    ],
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
