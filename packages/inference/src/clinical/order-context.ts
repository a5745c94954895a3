import {
  element,
  type FhirResource,
  inputReference,
  listElement,
  textElement,
} from '../fhir-reading.ts';
import type { UrgencySignal } from './tier.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
/** FHIR's order (R4 request-priority): asap outranks urgent. */
const PRIORITY: Readonly<Record<string, number>> = { routine: 1, urgent: 2, asap: 3, stat: 4 };
/** An order that was withdrawn asks for nothing; one that is done still tells how urgent it was. */
const WITHDRAWN = ['entered-in-error', 'revoked'];

/** Ids of what a resource says it belongs to: its visit, and the orders behind it. */
export interface ContextReferences {
  readonly Encounter: readonly string[];
  readonly ServiceRequest: readonly string[];
}

function idsOf(type: string, references: readonly unknown[]): string[] {
  return references.flatMap((node) => {
    const [, found, id] =
      textElement(node, 'reference')?.match(
        /(?:^|\/)([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.+)?$/,
      ) ?? [];
    return found === type && id !== undefined ? [id] : [];
  });
}

export function contextReferences(resource: FhirResource): ContextReferences {
  return {
    Encounter: idsOf('Encounter', [element(resource, 'encounter')]),
    ServiceRequest: idsOf('ServiceRequest', listElement(resource, 'basedOn')),
  };
}

/** R4 has one Coding; R5 a list of CodeableConcepts. */
function isEmergency(encounter: FhirResource): boolean {
  const given = element(encounter, 'class');
  const concepts = Array.isArray(given) ? given : [{ coding: [given] }];
  return concepts
    .flatMap((concept) => listElement(concept, 'coding'))
    .some(
      (coding) =>
        textElement(coding, 'system') === ACT_CODE && textElement(coding, 'code') === 'EMER',
    );
}

function sourceOf(resource: FhirResource): string {
  const { reference, version } = inputReference(resource);
  return version === null ? reference : `${reference}/_history/${version}`;
}

/**
 * What the order and the visit behind a resource say about its urgency, from what is stored here.
 * What could not be seen says nothing, and so lowers nothing.
 */
export function contextSignals(context: readonly FhirResource[]): readonly UrgencySignal[] {
  return context.flatMap((resource): UrgencySignal[] => {
    const source = sourceOf(resource);
    if (resource.resourceType === 'Encounter') {
      return isEmergency(resource) ? [{ id: 'encounter-emergency', value: 1, source }] : [];
    }
    if (resource.resourceType !== 'ServiceRequest') return [];
    if (WITHDRAWN.includes(textElement(resource, 'status') ?? '')) return [];
    const value = PRIORITY[textElement(resource, 'priority') ?? ''];
    return value === undefined ? [] : [{ id: 'order-priority', value, source }];
  });
}
