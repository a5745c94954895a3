import { at, clamped, type Draw } from '../draw.ts';
import { type PopulationResource, refer } from '../fhir-shapes.ts';
import {
  AUDIT_C,
  C_SSRS,
  GAD7,
  PHQ9,
  questionnaireUrl,
  type Screening,
} from '../practice/questionnaires.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

/** An item's points around a level in [0, 1): people rarely answer all alike. */
const around = (draw: Draw, level: number, max: number): number =>
  clamped(Math.floor(draw.normal(level * (max + 0.6), 0.55)), 0, max);

export function phq9(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 20);
  const { burden } = subject.course;
  const points = PHQ9.items.slice(1).map(() => around(draw, burden, 3));
  // Item 9: rare below a moderate burden, and rarely more than "several days".
  const selfHarm = draw.chance(burden > 0.5 ? 0.42 : 0.025)
    ? draw.share({ 1: 70, 2: 20, 3: 10 })
    : 0;
  return response(subject, PHQ9, [...points, Number(selfHarm)]);
}

export function gad7(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 21);
  const level = clamped(draw.normal(subject.course.burden, 0.12), 0, 1);
  return response(
    subject,
    GAD7,
    GAD7.items.map(() => around(draw, level, 3)),
  );
}

export function auditC(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 22);
  const level = subject.course.recovery === 'alcohol' ? 0.85 : subject.course.drinking;
  const often = level < 0.08 ? 0 : around(draw, level, 4);
  const amounts =
    often === 0 ? [0, 0] : [around(draw, level * 0.8, 4), around(draw, level * 0.7, 4)];
  return response(subject, AUDIT_C, [often, ...amounts]);
}

/** By the screener's own path: no thoughts, no questions about them; no behaviour, no question when. */
export function cSsrs(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 23);
  const { burden } = subject.course;
  const yes = (probability: number): number => Number(draw.chance(probability));
  const wish = yes(0.03 + 0.5 * burden);
  const thoughts = yes(wish === 1 ? 0.5 : 0.02);
  const within = thoughts === 0 ? [null, null, null] : [yes(0.35), yes(0.16), yes(0.08)];
  const ever = yes(0.04 + 0.15 * burden);
  const recent = ever === 0 ? null : yes(0.25);
  return response(subject, C_SSRS, [wish, thoughts, ...within, ever, recent]);
}

/** @param points one an item, null for one that was not asked */
function response(
  subject: Subject,
  screening: Screening,
  points: readonly (number | null)[],
): PopulationResource {
  const { visit, calendar } = subject;
  const total = points.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const asked = screening.items.flatMap(({ code, answers }, nth) => {
    const given = points[nth] ?? null;
    return given === null ? [] : [{ linkId: code, answer: [{ valueCoding: at(answers, given) }] }];
  });
  return {
    resourceType: 'QuestionnaireResponse',
    id: `${subject.id}-${screening.id}`,
    questionnaire: questionnaireUrl(screening.id),
    status: 'completed',
    subject: aboutPatient(subject),
    encounter: refer('Encounter', visit.id),
    authored: calendar.instant(visit.daysAgo, visit.minuteOfDay + 10),
    source: aboutPatient(subject),
    item: [
      ...asked,
      ...(screening.total === undefined
        ? []
        : [{ linkId: screening.total, answer: [{ valueInteger: total }] }]),
    ],
  };
}
