import { concept, type PopulationResource, refer, SNOMED, THO } from '../fhir-shapes.ts';
import { aboutPatient, drawOf, type Subject, type Visit, visitOf } from './subject.ts';

const KINDS = {
  AMB: { display: 'ambulatory', minutes: 50 },
  VR: { display: 'virtual', minutes: 30 },
  EMER: { display: 'emergency', minutes: 240 },
  IMP: { display: 'inpatient encounter', minutes: 5_760 },
} as const;
const SHARES = { AMB: 76, VR: 17, EMER: 4, IMP: 3 } as const;

const REASONS = [
  ['185349003', 'Encounter for check up'],
  ['390906007', 'Follow-up encounter'],
  ['185345009', 'Encounter for symptom'],
] as const;

export function encounterResource(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 1);
  // Some are under way or to come: those who take part are tied to the patient by it.
  const status = draw.share({ finished: 94, 'in-progress': 2, planned: 4 });
  return encounter(subject, subject.visit, status);
}

/** A visit before the one that the rest of the record is of. */
export function earlierEncounter(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 2);
  const earlier = visitOf(draw, `${subject.id}-e2`);
  const visit = { ...earlier, daysAgo: earlier.daysAgo + subject.visit.daysAgo };
  return encounter(subject, visit, 'finished');
}

function encounter(
  subject: Subject,
  visit: Visit,
  status: 'finished' | 'in-progress' | 'planned',
): PopulationResource {
  const draw = drawOf(subject, visit === subject.visit ? 3 : 4);
  const kind = draw.share(SHARES);
  const [code, display] = draw.pick(REASONS);
  const { calendar } = subject;
  const start = calendar.instant(visit.daysAgo, visit.minuteOfDay);
  const { minutes } = KINDS[kind];
  const period = {
    finished: { start, end: calendar.instant(visit.daysAgo, visit.minuteOfDay + minutes) },
    'in-progress': { start },
    planned: { start: calendar.instant(-1 - draw.below(60), visit.minuteOfDay) },
  }[status];
  return {
    resourceType: 'Encounter',
    id: visit.id,
    status,
    class: { system: `${THO}v3-ActCode`, code: kind, display: KINDS[kind].display },
    type: [concept({ system: SNOMED, code, display })],
    subject: aboutPatient(subject),
    participant: [{ individual: refer('Practitioner', subject.own) }],
    period,
    serviceProvider: refer('Organization', subject.practice.id),
  };
}
