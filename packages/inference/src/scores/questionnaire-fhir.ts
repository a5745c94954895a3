import {
  clinicalInstant,
  codesOf,
  codingsOf,
  element,
  type FhirResource,
  isReleasedObservation,
  LOINC,
  listElement,
  numberElement,
  textElement,
} from '../fhir-reading.ts';
import { readingsOf } from './observation-reading.ts';
import type { QuestionnaireInput, QuestionnaireTable } from './questionnaire-score.ts';

const ORDINAL_EXTENSIONS = new Set([
  'http://hl7.org/fhir/StructureDefinition/ordinalValue',
  'http://hl7.org/fhir/StructureDefinition/itemWeight',
]);

function ordinalOf(coding: unknown): number | undefined {
  for (const extension of listElement(coding, 'extension')) {
    if (ORDINAL_EXTENSIONS.has(textElement(extension, 'url') ?? '')) {
      return numberElement(extension, 'valueDecimal') ?? numberElement(extension, 'valueInteger');
    }
  }
  return undefined;
}

/** Points of one answer (`valueCoding`, `valueInteger`, ...), the worst reading where two disagree. */
function pointsOf(table: QuestionnaireTable, answer: unknown): number | undefined {
  const concept = element(answer, 'valueCodeableConcept');
  const codings = [element(answer, 'valueCoding'), ...listElement(concept, 'coding')];
  const quantity = element(answer, 'valueQuantity');
  const yes = element(answer, 'valueBoolean');
  const readings = [
    // Yes and no are points only where a question asks for no more.
    typeof yes === 'boolean' && table.maxPoints === 1 ? Number(yes) : undefined,
    numberElement(answer, 'valueInteger'),
    numberElement(answer, 'valueDecimal'),
    numberElement(quantity, 'value'),
    ...codings.map((coding) => table.answers[textElement(coding, 'code') ?? '']),
    ...codings.map(ordinalOf),
  ].filter((value) => value !== undefined);
  const valid = readings.filter(
    (value) => Number.isInteger(value) && value >= 0 && value <= table.maxPoints,
  );
  return valid.length === 0 ? undefined : Math.max(...valid);
}

/** Item codes a QuestionnaireResponse item carries: its linkId (also as a path's last part) or codes. */
export function itemCodes(item: unknown): readonly string[] {
  const linkId = textElement(item, 'linkId') ?? '';
  const coded = listElement(item, 'code').map((coding) => textElement(coding, 'code') ?? '');
  return [linkId, linkId.slice(linkId.lastIndexOf('/') + 1), ...coded];
}

export function* itemsWithin(node: unknown): Generator<unknown> {
  for (const item of listElement(node, 'item')) {
    yield item;
    yield* itemsWithin(item);
    for (const answer of listElement(item, 'answer')) yield* itemsWithin(answer);
  }
}

/** True where the resource carries at least one item, or the total, of the questionnaire. */
export function carriesQuestionnaire(table: QuestionnaireTable, resource: FhirResource): boolean {
  const known = new Set([table.totalCode, ...table.items.map((item) => item.code)]);
  if (resource.resourceType === 'Observation') {
    if (!isReleasedObservation(resource)) return false;
    return [...readingsOf(resource)].some(({ node }) =>
      codesOf(element(node, 'code'), LOINC).some((code) => known.has(code)),
    );
  }
  if (resource.resourceType !== 'QuestionnaireResponse') return false;
  if (!['completed', 'amended'].includes(textElement(resource, 'status') ?? '')) return false;
  return [...itemsWithin(resource)].some((item) => itemCodes(item).some((code) => known.has(code)));
}

/** Collects readings of several resources into one input. */
interface Collected {
  readonly answers: Record<string, number>;
  readonly unusable: Record<string, 'answer-unknown' | 'not-released'>;
  statedTotal: number | null;
}

function collectResponse(table: QuestionnaireTable, response: FhirResource, into: Collected): void {
  for (const item of itemsWithin(response)) {
    const codes = itemCodes(item);
    const answers = listElement(item, 'answer');
    if (answers.length === 0) continue;
    if (codes.includes(table.totalCode)) into.statedTotal = totalOf(table, answers[0]);
    const known = table.items.find(({ code }) => codes.includes(code));
    if (known === undefined) continue;
    const points = answers.map((answer) => pointsOf(table, answer));
    const usable = points.filter((value) => value !== undefined);
    if (usable.length > 0) into.answers[known.code] = Math.max(...usable);
    else into.unusable[known.code] = 'answer-unknown';
  }
}

function totalOf(table: QuestionnaireTable, answer: unknown): number | null {
  const value =
    numberElement(answer, 'valueInteger') ??
    numberElement(answer, 'valueDecimal') ??
    numberElement(element(answer, 'valueQuantity'), 'value');
  const max = table.maxPoints * table.items.length;
  const valid = value !== undefined && Number.isInteger(value) && value >= 0 && value <= max;
  return valid ? value : null;
}

/** Items may stand alone or as the components of a panel; within one panel the worst counts. */
function collectObservation(table: QuestionnaireTable, from: FhirResource, into: Collected): void {
  const worst: Record<string, number> = {};
  for (const { node } of readingsOf(from)) {
    const codes = codingsOf(element(node, 'code')).map((coding) => coding.code);
    if (codes.includes(table.totalCode))
      into.statedTotal = totalOf(table, node) ?? into.statedTotal;
    const known = table.items.find(({ code }) => codes.includes(code));
    if (known === undefined) continue;
    const points = pointsOf(table, node);
    if (points === undefined) into.unusable[known.code] = 'answer-unknown';
    else worst[known.code] = Math.max(points, worst[known.code] ?? 0);
  }
  Object.assign(into.answers, worst);
}

/**
 * One administration of the questionnaire out of a QuestionnaireResponse, or out of its
 * Observations: of each code the newest released one counts.
 */
export function questionnaireInput(
  table: QuestionnaireTable,
  resources: readonly FhirResource[],
): { readonly input: QuestionnaireInput; readonly used: readonly FhirResource[] } {
  const into: Collected = { answers: {}, unusable: {}, statedTotal: null };
  const used = resources
    .filter((resource) => carriesQuestionnaire(table, resource))
    .toSorted((a, b) => (clinicalInstant(a) ?? 0) - (clinicalInstant(b) ?? 0));
  for (const resource of used) {
    if (resource.resourceType === 'QuestionnaireResponse') collectResponse(table, resource, into);
    else collectObservation(table, resource, into);
  }
  return { input: into, used };
}
