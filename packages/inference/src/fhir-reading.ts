import type { PatientId } from '@holdfast/kernel';

/** A FHIR R4 resource as parsed JSON; nothing about it is trusted beyond its type. */
export interface FhirResource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

/** An input as it was when it was read. `version` is null where the source gave no `meta.versionId`. */
export interface InputReference {
  /** Relative literal reference, e.g. `Observation/abc`. */
  readonly reference: string;
  readonly version: string | null;
}

export interface Coding {
  readonly system: string | undefined;
  readonly code: string | undefined;
}

export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
export const UCUM = 'http://unitsofmeasure.org';

export function element(node: unknown, name: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  return Object.hasOwn(node, name) ? Reflect.get(node, name) : undefined;
}

export function textElement(node: unknown, name: string): string | undefined {
  const value = element(node, name);
  return typeof value === 'string' ? value : undefined;
}

export function numberElement(node: unknown, name: string): number | undefined {
  const value = element(node, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function listElement(node: unknown, name: string): readonly unknown[] {
  const value = element(node, name);
  return Array.isArray(value) ? value : [];
}

/** The codings of a CodeableConcept. */
export function codingsOf(concept: unknown): readonly Coding[] {
  return listElement(concept, 'coding').map((coding) => ({
    system: textElement(coding, 'system'),
    code: textElement(coding, 'code'),
  }));
}

/** Codes of one system in a CodeableConcept. */
export function codesOf(concept: unknown, system: string): readonly string[] {
  return codingsOf(concept).flatMap((coding) =>
    coding.system === system && coding.code !== undefined ? [coding.code] : [],
  );
}

/** The patient a resource is about: itself, or its `subject`/`patient`; null if none is named. */
export function patientOf(resource: FhirResource): PatientId | null {
  if (resource.resourceType === 'Patient') {
    const own = textElement(resource, 'id');
    return own === undefined ? null : (own as PatientId);
  }
  const reference =
    textElement(element(resource, 'subject'), 'reference') ??
    textElement(element(resource, 'patient'), 'reference');
  const id = reference?.match(/(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.+)?$/)?.[1];
  return id === undefined ? null : (id as PatientId);
}

/** When what the resource states was true, in ms since 1970; null where it does not say. */
export function clinicalInstant(resource: FhirResource): number | null {
  const period = element(resource, 'effectivePeriod');
  const stated =
    textElement(resource, 'effectiveDateTime') ??
    textElement(resource, 'effectiveInstant') ??
    textElement(period, 'end') ??
    textElement(period, 'start') ??
    textElement(resource, 'authored') ??
    textElement(resource, 'issued');
  const ms = stated === undefined ? Number.NaN : Date.parse(stated);
  return Number.isNaN(ms) ? null : ms;
}

export function inputReference(resource: FhirResource): InputReference {
  return {
    reference: `${resource.resourceType}/${textElement(resource, 'id') ?? ''}`,
    version: textElement(element(resource, 'meta'), 'versionId') ?? null,
  };
}

/** An Observation that was withdrawn or is not yet released must never score (R4 ObservationStatus). */
export function isReleasedObservation(resource: FhirResource): boolean {
  return (
    resource.resourceType === 'Observation' &&
    ['final', 'amended', 'corrected'].includes(textElement(resource, 'status') ?? '')
  );
}
