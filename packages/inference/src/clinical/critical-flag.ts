import { codesOf, type FhirResource, isReleasedObservation, listElement } from '../fhir-reading.ts';
import type { UrgencySignal } from './tier.ts';

const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
/** Critically low, critically high, critically abnormal (HL7 v3 ObservationInterpretation). */
const CRITICAL = ['LL', 'HH', 'AA'];

/** The flag that the laboratory or device itself set: it knows its method, our thresholds don't. */
export function criticalFlagSignals(resource: FhirResource): readonly UrgencySignal[] {
  if (!isReleasedObservation(resource)) return [];
  const flagged = [resource, ...listElement(resource, 'component')].some((node) =>
    listElement(node, 'interpretation').some((concept) =>
      codesOf(concept, INTERPRETATION).some((code) => CRITICAL.includes(code)),
    ),
  );
  return flagged ? [{ id: 'interpretation-critical', value: 1, source: 'interpretation@R4' }] : [];
}
