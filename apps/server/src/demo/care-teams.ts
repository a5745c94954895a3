import { refer } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import { STAFF } from './practice.ts';
import { type DemoResource } from './transaction.ts';

/** Who treats a patient: those of the practice who treat at all. */
export function careTeamResource(patient: DemoPatient): DemoResource {
  const [psychiatrist, physician] = STAFF;
  return {
    resourceType: 'CareTeam',
    id: `${patient.id}-team`,
    status: 'active',
    name: `Care team of ${patient.given} ${patient.family}`,
    subject: refer('Patient', patient.id),
    participant: [psychiatrist, physician].map(({ id }) => ({ member: refer('Practitioner', id) })),
  };
}
