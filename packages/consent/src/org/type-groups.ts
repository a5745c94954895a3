import { isResourceType, type ResourceType } from '@holdfast/fhir';

/** What organisations tell apart when they grant access; every R4 type is in exactly one group. */
export const TYPE_GROUPS = {
  clinical:
    'AdverseEvent AllergyIntolerance Basic Binary BiologicallyDerivedProduct BodyStructure ' +
    'ClinicalImpression Composition Condition DetectedIssue Device DeviceMetric DeviceRequest ' +
    'DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter ' +
    'EpisodeOfCare FamilyMemberHistory GuidanceResponse ImagingStudy Immunization ' +
    'ImmunizationEvaluation ImmunizationRecommendation List Media MeasureReport ' +
    'MedicationAdministration MedicationDispense MedicationRequest MedicationStatement ' +
    'MolecularSequence NutritionOrder Observation Procedure RiskAssessment Specimen ' +
    'SupplyDelivery SupplyRequest VisionPrescription ResearchSubject',
  coordination:
    'CarePlan CareTeam Communication CommunicationRequest Flag Goal Group RequestGroup ' +
    'ServiceRequest Task',
  'patient-reported': 'QuestionnaireResponse',
  demographics: 'Patient Person RelatedPerson',
  scheduling: 'Appointment AppointmentResponse Schedule Slot',
  financial:
    'Account ChargeItem Claim ClaimResponse Contract Coverage CoverageEligibilityRequest ' +
    'CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse ExplanationOfBenefit ' +
    'Invoice PaymentNotice PaymentReconciliation',
  consent: 'Consent',
  audit: 'AuditEvent',
  provenance: 'Provenance',
  directory:
    'CatalogEntry Endpoint HealthcareService InsurancePlan Location Medication Organization ' +
    'OrganizationAffiliation Practitioner PractitionerRole Substance VerificationResult',
  definitions:
    'ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem ' +
    'CompartmentDefinition ConceptMap DeviceDefinition EffectEvidenceSynthesis EventDefinition ' +
    'Evidence EvidenceVariable ExampleScenario GraphDefinition ImplementationGuide Library ' +
    'Measure MedicationKnowledge MedicinalProduct MedicinalProductAuthorization ' +
    'MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient ' +
    'MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged ' +
    'MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition ' +
    'NamingSystem ObservationDefinition OperationDefinition PlanDefinition Questionnaire ' +
    'ResearchDefinition ResearchElementDefinition ResearchStudy RiskEvidenceSynthesis ' +
    'SearchParameter SpecimenDefinition StructureDefinition StructureMap SubstanceNucleicAcid ' +
    'SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial ' +
    'SubstanceSpecification TerminologyCapabilities ValueSet',
  // Machinery that may carry anyone's data: nobody reads it through the FHIR surface by default.
  infrastructure:
    'Bundle Linkage MessageHeader OperationOutcome Parameters SubscriptionStatus TestReport ' +
    'TestScript',
  // What somebody asks to be told of. Read by its own subscriber only, whom the server knows.
  subscriptions: 'Subscription',
} as const satisfies Record<string, string>;

export type TypeGroup = keyof typeof TYPE_GROUPS;

/** What a rule may name: a group, or one type. */
export type TypeName = TypeGroup | ResourceType;

/** The groups whose resources speak about one person. */
export const PATIENT_GROUPS: readonly TypeGroup[] = [
  'clinical',
  'coordination',
  'patient-reported',
  'demographics',
  'scheduling',
  'financial',
  'consent',
  'provenance',
];

export const isInGroup = (type: string, name: TypeName): boolean =>
  typesOf(name).some((each) => each === type);

/** The types of a group; a type is its own. */
export function typesOf(name: TypeName): readonly ResourceType[] {
  return byGroup.get(name) ?? (isResourceType(name) ? [name] : []);
}

// The table above is checked against the list of R4 types by a test.
const byGroup = new Map<string, readonly ResourceType[]>(
  Object.entries(TYPE_GROUPS).map(([group, names]) => [
    group,
    names.split(' ') as readonly string[] as readonly ResourceType[],
  ]),
);
