const LINKS = ['44250-9', '44255-8', '44259-0', '44254-1', '44251-7', '44258-2', '44252-5'];
const NOT_AT_ALL = 'LA6568-5';
const SEVERAL_DAYS = 'LA6569-3';

const item = (linkId: string, code: string) => ({
  linkId: `/${linkId}`,
  answer: [{ valueCoding: { system: 'http://loinc.org', code } }],
});

/** A PHQ-9 of just now with one answer to items 1 to 8 and another to item 9. */
export const phq9 = (patient: string, mood: string, selfHarm: string) => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: 'http://loinc.org/q/44249-1',
  subject: { reference: `Patient/${patient}` },
  authored: new Date().toISOString(),
  item: [...[...LINKS, '44253-3'].map((link) => item(link, mood)), item('44260-8', selfHarm)],
});

/** A PHQ-9 of just now whose only positive answer is item 9: tier 0 by itself. */
export const phq9WithThoughtsOfSelfHarm = (patient: string) =>
  phq9(patient, NOT_AT_ALL, SEVERAL_DAYS);
