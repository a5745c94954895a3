export type { Account } from './accounts.ts';
export {
  concept,
  ICD10CM,
  LOINC,
  type PopulationResource,
  refer,
  SNOMED,
  THO,
  UCUM,
} from './fhir-shapes.ts';
export {
  type PatientRecord,
  POPULATION_DAY,
  Population,
  type PopulationOptions,
  type Truth,
} from './population.ts';
export {
  PATIENTS_A_PRACTICE,
  PRACTICE_RESOURCES_MAX,
  patientId,
  practiceOf,
  RECORD_RESOURCES,
} from './seeds.ts';
export type { Measurement, Sign, WardStay } from './ward/stay.ts';
