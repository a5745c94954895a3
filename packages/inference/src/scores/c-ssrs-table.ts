import type { QuestionnaireTable } from './questionnaire-score.ts';

const YES_NO = { 'LA33-6': 1, 'LA32-8': 0, '373066001': 1, '373067005': 0 } as const;

/**
 * Columbia-Suicide Severity Rating Scale, screener: yes or no to seven questions. Its risk is no
 * sum: see c-ssrs.ts.
 */
export const C_SSRS = {
  id: 'c-ssrs',
  version: '1',
  source:
    'The Columbia Lighthouse Project, C-SSRS screener with triage points; LOINC panel 93373-9',
  panel: '93373-9',
  totalCode: '',
  items: [
    { code: '93246-7', name: 'wish to be dead' },
    { code: '93247-5', name: 'non-specific active suicidal thoughts' },
    { code: '93248-3', name: 'suicidal thoughts with a method' },
    { code: '93249-1', name: 'some intent to act' },
    { code: '93250-9', name: 'a specific plan and intent' },
    { code: '93267-3', name: 'suicidal behaviour in the lifetime' },
    { code: '93269-9', name: 'suicidal behaviour in the past 3 months' },
  ],
  maxPoints: 1,
  answers: YES_NO,
  bands: [{ from: 0, name: 'none' }],
  safetyItem: null,
} as const satisfies QuestionnaireTable;

/** LOINC risk level (93374-7) that somebody stated, by answer list LL465-6. */
export const C_SSRS_STATED = {
  code: '93374-7',
  levels: { 'LA9194-7': 1, 'LA6751-7': 2, 'LA9193-9': 3 },
} as const;

export const C_SSRS_LEVELS = ['none', 'low', 'moderate', 'high'] as const;
