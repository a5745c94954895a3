import { concept, refer, SNOMED, THO } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import { ORGANIZATION_ID } from './practice.ts';
import type { Timeline } from './timeline.ts';
import { type DemoResource } from './transaction.ts';
import { between, type Variation } from './variation.ts';

const VISIT_MINUTES = 50;

/** A past visit. */
export interface Visit {
  readonly id: string;
  /** Minutes before now at which it began. */
  readonly beganMinutesAgo: number;
}

/** Three visits, the oldest first; the last one began less than four hours ago. */
export function visitsOf(patient: DemoPatient, vary: Variation): Visit[] {
  const dayMinutes = 24 * 60;
  const ago = [
    between(vary('first-visit'), 120, 240) * dayMinutes,
    between(vary('second-visit'), 20, 60) * dayMinutes,
    between(vary('last-visit'), 90, 200),
  ];
  return ago.map((beganMinutesAgo, index) => ({
    id: `${patient.id}-visit-${index + 1}`,
    beganMinutesAgo,
  }));
}

export function encounterResource(
  visit: Visit,
  patient: DemoPatient,
  time: Timeline,
): DemoResource {
  return {
    resourceType: 'Encounter',
    id: visit.id,
    status: 'finished',
    class: { system: `${THO}v3-ActCode`, code: 'AMB', display: 'ambulatory' },
    type: [concept({ system: SNOMED, code: '185349003', display: 'Encounter for check up' })],
    subject: refer('Patient', patient.id),
    participant: [{ individual: refer('Practitioner', patient.practitioner) }],
    period: {
      start: time.minutesAgo(visit.beganMinutesAgo),
      end: time.minutesAgo(visit.beganMinutesAgo - VISIT_MINUTES),
    },
    serviceProvider: refer('Organization', ORGANIZATION_ID),
  };
}
