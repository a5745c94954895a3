import { invariant } from '@holdfast/kernel';
import {
  PATIENTS_A_PRACTICE,
  type Population,
  PRACTICE_RESOURCES_MAX,
  RECORD_RESOURCES,
} from '@holdfast/population';
import type { Identified } from '@holdfast/store';

/** Questionnaires and the like: of the first batch only. */
const DIRECTORY_MAX = 16;

/** Storage keys of one batch; what it does not use stays free. */
export const KEYS_A_BATCH = 4_096;
invariant(
  DIRECTORY_MAX + PRACTICE_RESOURCES_MAX + PATIENTS_A_PRACTICE * RECORD_RESOURCES.max <=
    KEYS_A_BATCH,
  'SRV-5 the keys of one batch suffice',
);

/** A practice with its patients refers to nothing outside of it: one batch, one transaction. */
export const batchesOf = (patients: number): number => Math.ceil(patients / PATIENTS_A_PRACTICE);

/** @param patients of the whole population: the last practice may be smaller */
export function batchOf(population: Population, number: number, patients: number): Identified[] {
  const resources: object[] = number === 0 ? [...population.directory()] : [];
  resources.push(...population.practice(number).resources);
  const from = number * PATIENTS_A_PRACTICE;
  const to = Math.min(patients, from + PATIENTS_A_PRACTICE);
  for (let index = from; index < to; index++)
    resources.push(...population.patient(index).resources);
  return resources as Identified[]; // JSON of R4 with an id; the tests of the population hold that
}
