import {
  codesOf,
  element,
  type FhirResource,
  LOINC,
  listElement,
  textElement,
} from '../fhir-reading.ts';
import type { CSsrsInput } from './c-ssrs.ts';
import { C_SSRS, C_SSRS_STATED } from './c-ssrs-table.ts';
import { readingsOf } from './observation-reading.ts';
import {
  carriesQuestionnaire,
  itemCodes,
  itemsWithin,
  questionnaireInput,
} from './questionnaire-fhir.ts';

/** The level of an answer (`valueCoding`) or an Observation (`valueCodeableConcept`). */
function levelIn(node: unknown): number[] {
  const concept = element(node, 'valueCodeableConcept');
  return [element(node, 'valueCoding'), ...listElement(concept, 'coding')].flatMap((coding) => {
    const level = Object.entries(C_SSRS_STATED.levels).find(
      ([code]) => code === textElement(coding, 'code'),
    );
    return level === undefined ? [] : [level[1]];
  });
}

function statedLevels(resource: FhirResource): number[] {
  if (resource.resourceType === 'Observation') {
    return [...readingsOf(resource)]
      .filter(({ node }) => codesOf(element(node, 'code'), LOINC).includes(C_SSRS_STATED.code))
      .flatMap(({ node }) => levelIn(node));
  }
  return [...itemsWithin(resource)]
    .filter((item) => itemCodes(item).includes(C_SSRS_STATED.code))
    .flatMap((item) => listElement(item, 'answer').flatMap(levelIn));
}

const CARRIED = { ...C_SSRS, totalCode: C_SSRS_STATED.code };

/** True where the resource carries an answer of the screener, or its stated level. */
export const carriesCSsrs = (resource: FhirResource): boolean =>
  carriesQuestionnaire(CARRIED, resource);

/** One administration; the worst level that anybody stated counts. */
export function cSsrsInput(resources: readonly FhirResource[]): {
  readonly input: CSsrsInput;
  readonly used: readonly FhirResource[];
} {
  const { input, used } = questionnaireInput(CARRIED, resources);
  const levels = used.flatMap(statedLevels);
  const statedLevel = levels.length === 0 ? null : Math.max(...levels);
  return { input: { answers: input.answers, unusable: input.unusable, statedLevel }, used };
}
