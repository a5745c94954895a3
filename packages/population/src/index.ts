export type { Account } from './accounts.ts';
export type { PopulationResource } from './fhir-shapes.ts';
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
