import { type Coding, LOINC, OWN, type PopulationResource } from '../fhir-shapes.ts';

/** A screening questionnaire by its LOINC panel; an answer's place in its list is its points. */
export interface Screening {
  readonly id: 'phq-9' | 'gad-7' | 'audit-c' | 'c-ssrs';
  readonly title: string;
  readonly panel: string;
  readonly total: string | undefined;
  readonly items: readonly { readonly code: string; readonly answers: readonly Coding[] }[];
}

const answers = (...rows: readonly string[]): readonly Coding[] =>
  rows.map((row) => {
    const [code = '', ...display] = row.split(' ');
    return { system: LOINC, code, display: display.join(' ') };
  });

/** LOINC answer list LL358-3. */
const FREQUENCY = answers(
  'LA6568-5 Not at all',
  'LA6569-3 Several days',
  'LA6570-1 More than half the days',
  'LA6571-9 Nearly every day',
);
/** LL361-7; no is 0, yes 1. */
const YES = answers('LA32-8 No', 'LA33-6 Yes');
const DRINKS_OFTEN = answers(
  'LA6270-8 Never',
  'LA18926-8 Monthly or less',
  'LA18927-6 2-4 times a month',
  'LA18928-4 2-3 times a week',
  'LA18929-2 4 or more times a week',
);
const DRINKS = answers(
  'LA15694-5 1 or 2',
  'LA15695-2 3 or 4',
  'LA18930-0 5 or 6',
  'LA18931-8 7 to 9',
  'LA18932-6 10 or more',
);
const SIX_OR_MORE = answers(
  'LA6270-8 Never',
  'LA18933-4 Less than monthly',
  'LA18876-5 Monthly',
  'LA18891-4 Weekly',
  'LA18934-2 Daily or almost daily',
);

const items = (list: readonly Coding[], codes: string) =>
  codes.split(' ').map((code) => ({ code, answers: list }));

export const PHQ9: Screening = {
  id: 'phq-9',
  title: 'PHQ-9',
  panel: '44249-1',
  total: '44261-6',
  items: items(
    FREQUENCY,
    '44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8',
  ),
};
export const GAD7: Screening = {
  id: 'gad-7',
  title: 'GAD-7',
  panel: '69737-5',
  total: '70274-6',
  items: items(FREQUENCY, '69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7'),
};
export const AUDIT_C: Screening = {
  id: 'audit-c',
  title: 'AUDIT-C',
  panel: '72109-2',
  total: '75626-2',
  items: [
    { code: '68518-0', answers: DRINKS_OFTEN },
    { code: '68519-8', answers: DRINKS },
    { code: '68520-6', answers: SIX_OR_MORE },
  ],
};
/** Wish, thoughts, method, intent, plan, behaviour ever, behaviour within three months. */
export const C_SSRS: Screening = {
  id: 'c-ssrs',
  title: 'C-SSRS screener',
  panel: '93373-9',
  total: undefined,
  items: items(YES, '93246-7 93247-5 93248-3 93249-1 93250-9 93267-3 93269-9'),
};

export const questionnaireUrl = (id: Screening['id']): string => `${OWN}Questionnaire/${id}`;

/** What every practice shares: loaded first, and once. */
export function directory(seed: number): readonly PopulationResource[] {
  return [PHQ9, GAD7, AUDIT_C, C_SSRS].map((screening) => ({
    resourceType: 'Questionnaire',
    id: `q${seed}-${screening.id}`,
    url: questionnaireUrl(screening.id),
    title: screening.title,
    status: 'active',
    subjectType: ['Patient'],
    code: [{ system: LOINC, code: screening.panel }],
    item: [
      ...screening.items.map((item) => ({
        linkId: item.code,
        code: [{ system: LOINC, code: item.code }],
        type: 'choice',
        answerOption: item.answers.map((valueCoding) => ({ valueCoding })),
      })),
      ...(screening.total === undefined
        ? []
        : [
            {
              linkId: screening.total,
              code: [{ system: LOINC, code: screening.total }],
              type: 'integer',
              readOnly: true,
            },
          ]),
    ],
  }));
}
