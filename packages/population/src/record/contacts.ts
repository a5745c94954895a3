import { concept, type PopulationResource, refer, THO } from '../fhir-shapes.ts';
import { COORDINATOR } from '../practice/practice.ts';
import { practiceOf, staffId } from '../seeds.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

export function careTeamResource(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 40);
  const { calendar, person, practice, seed, index } = subject;
  const coordinator = staffId(seed, practiceOf(index), COORDINATOR);
  const members = [subject.own, ...(draw.chance(0.5) ? [subject.other] : []), coordinator];
  return {
    resourceType: 'CareTeam',
    id: `${subject.id}-team`,
    // One in twelve has ended: it ties nobody any more.
    status: draw.chance(0.08) ? 'inactive' : 'active',
    name: `Care team of ${person.given} ${person.family}`,
    subject: aboutPatient(subject),
    period: { start: calendar.day(subject.visit.daysAgo + draw.below(400)) },
    participant: members.map((id) => ({ member: refer('Practitioner', id) })),
    managingOrganization: [refer('Organization', practice.id)],
  };
}

export function appointmentResource(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 41);
  const { calendar } = subject;
  const booked = draw.chance(0.6);
  const daysAgo = booked ? -1 - draw.below(90) : 1 + draw.below(500);
  const minute = 480 + 30 * draw.below(18);
  const status = booked ? 'booked' : draw.share({ fulfilled: 78, noshow: 13, cancelled: 9 });
  return {
    resourceType: 'Appointment',
    id: `${subject.id}-a1`,
    status,
    ...(status === 'cancelled' && {
      cancelationReason: concept({ system: `${THO}appointment-cancellation-reason`, code: 'pat' }),
    }),
    description: draw.pick(['Follow-up', 'First visit', 'Medication review', 'Therapy session']),
    start: calendar.instant(daysAgo, minute),
    end: calendar.instant(daysAgo, minute + 30),
    created: calendar.instant(Math.max(daysAgo, 0) + 7 + draw.below(40), minute),
    participant: [
      { actor: aboutPatient(subject), status: 'accepted' },
      { actor: refer('Practitioner', subject.own), status: 'accepted' },
    ],
  };
}

const FROM_PATIENT = [
  'Could I move my appointment to next week?',
  'I feel better since the new dose, but I sleep badly.',
  'May I have a repeat of my prescription?',
  'I have filled in the questionnaire that you sent.',
  'The last two weeks were hard. Can we talk sooner than planned?',
];
const FROM_PRACTICE = [
  'Your results are back and there is nothing to worry about.',
  'Please fill in the questionnaire before your visit.',
  'We have moved your appointment as you asked.',
  'Please call us about your last blood test.',
];

export function communicationResource(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 42);
  const { calendar } = subject;
  const fromPatient = draw.chance(0.55);
  const [patient, practitioner] = [aboutPatient(subject), refer('Practitioner', subject.own)];
  return {
    resourceType: 'Communication',
    id: `${subject.id}-msg`,
    status: 'completed',
    category: [
      concept({
        system: `${THO}communication-category`,
        code: fromPatient ? 'notification' : 'reminder',
      }),
    ],
    subject: patient,
    sent: calendar.instant(1 + draw.below(600), 360 + draw.below(1_000)),
    recipient: [fromPatient ? practitioner : patient],
    sender: fromPatient ? patient : practitioner,
    payload: [{ contentString: draw.pick(fromPatient ? FROM_PATIENT : FROM_PRACTICE) }],
  };
}
