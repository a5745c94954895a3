import { type FhirResource, textElement } from '../fhir-reading.ts';

/** Whole years at an instant (ms since 1970), null for an unknown or partial-to-nothing birth date. */
export function ageAt(patient: FhirResource | undefined, atMs: number): number | null {
  const stated = patient === undefined ? undefined : textElement(patient, 'birthDate');
  const parts = stated?.match(/^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/);
  if (parts === null || parts === undefined) return null;
  const at = new Date(atMs);
  const [year, month, day] = [Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1)];
  const turned =
    at.getUTCMonth() + 1 > month || (at.getUTCMonth() + 1 === month && at.getUTCDate() >= day);
  return at.getUTCFullYear() - year - (turned ? 0 : 1);
}
