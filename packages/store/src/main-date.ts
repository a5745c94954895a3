import type { ResourceType } from '@holdfast/fhir';

/**
 * The date parameter by which clinicians order a type. Its range lies on the resource row and
 * trails every index, so filtering and sorting by it is free. Only single-valued elements qualify.
 */
const MAIN_DATE_PARAMETER: Partial<Record<ResourceType, string>> = {
  AllergyIntolerance: 'date',
  Appointment: 'date',
  AuditEvent: 'date',
  CarePlan: 'date',
  Claim: 'created',
  ClinicalImpression: 'date',
  Communication: 'sent',
  Composition: 'date',
  Condition: 'recorded-date',
  Consent: 'date',
  DetectedIssue: 'identified',
  DiagnosticReport: 'date',
  DocumentReference: 'date',
  Encounter: 'date',
  EpisodeOfCare: 'date',
  ExplanationOfBenefit: 'created',
  FamilyMemberHistory: 'date',
  Flag: 'date',
  Goal: 'start-date',
  ImagingStudy: 'started',
  Immunization: 'date',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  Observation: 'date',
  Procedure: 'date',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  RiskAssessment: 'date',
  ServiceRequest: 'authored',
  Task: 'authored-on',
};

export const mainDateParameter = (type: ResourceType): string | null =>
  MAIN_DATE_PARAMETER[type] ?? null;
