/** First step of every path of draws: whatever has its own step can change without moving the others. */
export const STREAM = {
  households: 1,
  home: 2,
  person: 3,
  duplicate: 4,
  practice: 5,
  staff: 6,
  plan: 7,
  course: 8,
  record: 9,
  consent: 10,
  account: 11,
  ward: 12,
} as const;

/** A practice serves so many patients, with neighbouring numbers: what they refer to is near. */
export const PATIENTS_A_PRACTICE = 500;
/** An organisation, its recovery programme, a site, staff with their roles, an office. */
export const PRACTICE_RESOURCES_MAX = 24;
/** The same density at every size: a size differs from another in nothing else. */
export const RECORD_RESOURCES = { min: 5, max: 8 } as const;

export const practiceOf = (index: number): number => Math.floor(index / PATIENTS_A_PRACTICE);

/** Ids name the seed: two populations can stand in one store. */
export const patientId = (seed: number, index: number): string => `p${seed}-${index}`;
export const practiceId = (seed: number, practice: number): string => `o${seed}-${practice}`;
export const staffId = (seed: number, practice: number, place: number): string =>
  `s${seed}-${practice}-${place}`;
