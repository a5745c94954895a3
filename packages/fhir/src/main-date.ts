import type { JsonObject, JsonValue } from './json.ts';
import type { Resource } from './resource.ts';
import type { ResourceType } from './resource-types.ts';
import { rangeReader } from './search/date-sinks.ts';
import { parseExpression } from './search/expression.ts';
import { compileSelectors, compileVisit } from './search/selector.ts';

/**
 * The date a clinician would sort a type by: elements in order of preference, and the search
 * parameter whose sort the trailing index column `at` therefore serves.
 */
const MAIN_DATES: Partial<Record<ResourceType, { elements: string[]; param: string | null }>> = {
  AllergyIntolerance: { elements: ['recordedDate', 'onset'], param: 'date' },
  Appointment: { elements: ['start', 'created'], param: 'date' },
  AppointmentResponse: { elements: ['start'], param: null },
  AuditEvent: { elements: ['recorded'], param: 'date' },
  Bundle: { elements: ['timestamp'], param: 'timestamp' },
  CarePlan: { elements: ['period', 'created'], param: 'date' },
  CareTeam: { elements: ['period'], param: 'date' },
  ChargeItem: { elements: ['occurrence', 'enteredDate'], param: 'occurrence' },
  Claim: { elements: ['created'], param: 'created' },
  ClaimResponse: { elements: ['created'], param: 'created' },
  ClinicalImpression: { elements: ['effective', 'date'], param: null },
  Communication: { elements: ['sent', 'received'], param: 'sent' },
  CommunicationRequest: { elements: ['authoredOn', 'occurrence'], param: 'authored' },
  Composition: { elements: ['date'], param: 'date' },
  Condition: { elements: ['recordedDate', 'onset'], param: 'recorded-date' },
  Consent: { elements: ['dateTime'], param: 'date' },
  Contract: { elements: ['issued'], param: 'issued' },
  Coverage: { elements: ['period'], param: null },
  CoverageEligibilityRequest: { elements: ['created'], param: 'created' },
  CoverageEligibilityResponse: { elements: ['created'], param: 'created' },
  DetectedIssue: { elements: ['identified'], param: 'identified' },
  DeviceRequest: { elements: ['authoredOn', 'occurrence'], param: 'authored-on' },
  DeviceUseStatement: { elements: ['timing', 'recordedOn'], param: null },
  DiagnosticReport: { elements: ['effective', 'issued'], param: 'date' },
  DocumentManifest: { elements: ['created'], param: 'created' },
  DocumentReference: { elements: ['date'], param: 'date' },
  Encounter: { elements: ['period'], param: 'date' },
  EpisodeOfCare: { elements: ['period'], param: 'date' },
  ExplanationOfBenefit: { elements: ['created'], param: 'created' },
  FamilyMemberHistory: { elements: ['date'], param: 'date' },
  Flag: { elements: ['period'], param: 'date' },
  Goal: { elements: ['start', 'statusDate'], param: 'start-date' },
  GuidanceResponse: { elements: ['occurrenceDateTime'], param: null },
  ImagingStudy: { elements: ['started'], param: 'started' },
  Immunization: { elements: ['occurrence', 'recorded'], param: 'date' },
  ImmunizationEvaluation: { elements: ['date'], param: 'date' },
  ImmunizationRecommendation: { elements: ['date'], param: 'date' },
  Invoice: { elements: ['date'], param: 'date' },
  List: { elements: ['date'], param: 'date' },
  MeasureReport: { elements: ['date', 'period'], param: 'date' },
  Media: { elements: ['created', 'issued'], param: 'created' },
  MedicationAdministration: { elements: ['effective'], param: 'effective-time' },
  MedicationDispense: { elements: ['whenHandedOver', 'whenPrepared'], param: 'whenhandedover' },
  MedicationRequest: { elements: ['authoredOn'], param: 'authoredon' },
  MedicationStatement: { elements: ['effective', 'dateAsserted'], param: 'effective' },
  NutritionOrder: { elements: ['dateTime'], param: 'datetime' },
  Observation: { elements: ['effective', 'issued'], param: 'date' },
  PaymentNotice: { elements: ['created'], param: 'created' },
  Procedure: { elements: ['performed'], param: 'date' },
  Provenance: { elements: ['recorded', 'occurred'], param: 'recorded' },
  QuestionnaireResponse: { elements: ['authored'], param: 'authored' },
  RequestGroup: { elements: ['authoredOn'], param: 'authored' },
  ResearchSubject: { elements: ['period'], param: 'date' },
  RiskAssessment: { elements: ['occurrence'], param: 'date' },
  Schedule: { elements: ['planningHorizon'], param: 'date' },
  ServiceRequest: { elements: ['authoredOn', 'occurrence'], param: 'authored' },
  Slot: { elements: ['start'], param: 'start' },
  Specimen: { elements: ['collection.collected', 'receivedTime'], param: 'collected' },
  SupplyDelivery: { elements: ['occurrence'], param: null },
  SupplyRequest: { elements: ['authoredOn', 'occurrence'], param: 'date' },
  Task: { elements: ['authoredOn', 'lastModified'], param: 'authored-on' },
  VisionPrescription: { elements: ['dateWritten', 'created'], param: 'datewritten' },
};

type Read = (resource: JsonObject, starts: number[]) => void;

const readers = new Map<ResourceType, readonly Read[]>();

/**
 * The instant a resource is sorted by: the start of its main clinical date (the end of a period
 * that has no start), as ISO 8601 in UTC; null where the type or the resource has none.
 */
export function mainDate(resource: Resource): string | null {
  const starts: number[] = [];
  for (const read of readersOf(resource.resourceType)) {
    read(resource, starts);
    const [first] = starts;
    if (first !== undefined) return new Date(first).toISOString();
  }
  return null;
}

/**
 * The search parameter whose sort `mainDate` serves; resources without its element follow a later
 * choice.
 */
export function mainDateParameter(type: ResourceType): string | null {
  return MAIN_DATES[type]?.param ?? null;
}

function readersOf(type: ResourceType): readonly Read[] {
  let made = readers.get(type);
  if (made === undefined) {
    made = (MAIN_DATES[type]?.elements ?? []).flatMap((element) => readersOfElement(type, element));
    readers.set(type, made);
  }
  return made;
}

function readersOfElement(type: ResourceType, element: string): Read[] {
  const expression = parseExpression(`${type}.${element}`);
  if (expression === undefined) return [];
  return compileSelectors(expression, type).flatMap((selector) => {
    const read = rangeReader(selector.type);
    if (read === undefined) return [];
    const push = (value: JsonValue, starts: number[]): void => {
      const range = read(value);
      if (range === undefined) return;
      if (Number.isFinite(range.start)) starts.push(range.start);
      else if (Number.isFinite(range.end)) starts.push(range.end);
    };
    return [compileVisit<number[]>(selector.steps, push)];
  });
}
