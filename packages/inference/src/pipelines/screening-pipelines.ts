import { type FhirResource, textElement } from '../fhir-reading.ts';
import { AUDIT_C } from '../scores/audit-c-table.ts';
import { carriesCSsrs, cSsrsInput } from '../scores/c-ssrs-fhir.ts';
import { C_SSRS, C_SSRS_STATED } from '../scores/c-ssrs-table.ts';
import { GAD7 } from '../scores/gad7-table.ts';
import { carriesQuestionnaire, questionnaireInput } from '../scores/questionnaire-fhir.ts';
import type { QuestionnaireTable } from '../scores/questionnaire-score.ts';
import type { Prediction } from './pipeline.ts';
import { questionnairePipeline } from './questionnaire-pipeline.ts';

const codesOf = (table: QuestionnaireTable): string[] => [
  table.totalCode,
  ...table.items.map((item) => item.code),
];

const ANXIETY: Readonly<Record<string, Prediction['risk']>> = {
  minimal: 'negligible',
  mild: 'low',
  moderate: 'moderate',
  severe: 'high',
};

export const gad7Pipeline = questionnairePipeline({
  model: { id: GAD7.id, version: GAD7.version },
  title: 'GAD-7',
  codes: codesOf(GAD7),
  readsPatient: false,
  carries: (resource) => carriesQuestionnaire(GAD7, resource),
  gather: (resources) => questionnaireInput(GAD7, resources),
  predictions: ({ band }) => [
    {
      outcome: 'Anxiety disorder',
      risk: ANXIETY[band] ?? 'negligible',
      rationale: `GAD-7 severity: ${band}`,
    },
  ],
});

function auditCInput(resources: readonly FhirResource[]) {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const { input, used } = questionnaireInput(AUDIT_C, resources);
  const sex = patient === undefined ? null : (textElement(patient, 'gender') ?? null);
  return { input: { ...input, sex }, used: patient === undefined ? used : [patient, ...used] };
}

export const auditCPipeline = questionnairePipeline({
  model: { id: AUDIT_C.id, version: AUDIT_C.version },
  title: 'AUDIT-C',
  codes: codesOf(AUDIT_C),
  readsPatient: true,
  carries: (resource) => carriesQuestionnaire(AUDIT_C, resource),
  gather: auditCInput,
  predictions: ({ signals, band }) => {
    const positive = signals.some(({ id, value }) => id === 'audit-c-positive' && value >= 1);
    return [
      {
        outcome: 'Hazardous drinking or active alcohol use disorder',
        risk: positive ? 'moderate' : 'low',
        rationale: `AUDIT-C ${band} for the sex on record`,
      },
    ];
  },
});

const SUICIDE: Readonly<Record<string, Prediction['risk']>> = {
  none: 'negligible',
  low: 'low',
  moderate: 'moderate',
  high: 'high',
};

export const cSsrsPipeline = questionnairePipeline({
  model: { id: C_SSRS.id, version: C_SSRS.version },
  title: 'C-SSRS screener',
  codes: [C_SSRS_STATED.code, ...C_SSRS.items.map((item) => item.code)],
  readsPatient: false,
  carries: carriesCSsrs,
  gather: cSsrsInput,
  predictions: ({ band }) => [
    {
      outcome: 'Self-harm or suicide',
      risk: SUICIDE[band] ?? 'high',
      rationale: `C-SSRS screener: ${band} risk by the triage points of its authors`,
    },
  ],
});
