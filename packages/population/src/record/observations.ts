import { clamped, type Draw, rounded } from '../draw.ts';
import { concept, LOINC, type PopulationResource, quantity, refer, THO } from '../fhir-shapes.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

/** What is measured and how it is spread. */
interface Measure {
  readonly code: string;
  readonly display: string;
  readonly unit: string;
  readonly decimals: number;
  readonly low: number;
  readonly high: number;
  readonly value: (draw: Draw, subject: Subject) => number;
}

const measure = (
  [code, display]: readonly [string, string],
  [unit, decimals, low, high]: readonly [string, number, number, number],
  value: Measure['value'],
): Measure => ({ code, display, unit, decimals, low, high, value });

const age = ({ person }: Subject): number => person.ageYears;
const strain = ({ course }: Subject): number => course.strain;
const isMale = ({ person }: Subject): boolean => person.gender === 'male';

const systolic: Measure['value'] = (draw, s) =>
  draw.normal(96 + 0.35 * Math.min(age(s), 80) + 28 * strain(s), 9);

const VITALS: readonly Measure[] = [
  measure(['8867-4', 'Heart rate'], ['/min', 0, 38, 178], (draw, s) =>
    draw.normal(age(s) < 6 ? 104 : 70 + 10 * strain(s) + 6 * s.course.burden, 9),
  ),
  measure(['9279-1', 'Respiratory rate'], ['/min', 0, 8, 44], (draw, s) =>
    draw.normal(age(s) < 6 ? 25 : 15.5 + 2 * strain(s), 1.9),
  ),
  measure(
    ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
    ['%', 0, 78, 100],
    (draw, s) => draw.normal(98.4 - 2.2 * strain(s), 0.9),
  ),
  measure(['8310-5', 'Body temperature'], ['Cel', 1, 34.5, 41.2], (draw) =>
    draw.normal(36.7, 0.35),
  ),
  measure(['29463-7', 'Body weight'], ['kg', 1, 3, 230], (draw, s) =>
    age(s) < 18
      ? draw.normal(4 + 3.2 * age(s), 1 + 0.4 * age(s))
      : draw.normal((isMale(s) ? 80 : 68) + 24 * strain(s), 11),
  ),
  measure(['39156-5', 'Body mass index (BMI) [Ratio]'], ['kg/m2', 1, 12, 62], (draw, s) =>
    draw.normal(age(s) < 18 ? 18 : 24 + 8 * strain(s), 2.8),
  ),
];

const LABS: readonly Measure[] = [
  measure(['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'], ['%', 1, 4, 14.5], (draw, s) =>
    draw.normal(5.2 + (strain(s) > 0.75 ? 2.1 : 0.6 * strain(s)), strain(s) > 0.75 ? 1.1 : 0.25),
  ),
  measure(
    ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma'],
    ['mg/dL', 0, 38, 520],
    (draw, s) =>
      draw.normal(90 + (strain(s) > 0.75 ? 62 : 12 * strain(s)), strain(s) > 0.75 ? 34 : 9),
  ),
  measure(
    ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma'],
    ['mg/dL', 2, 0.3, 9],
    (draw, s) => draw.normal((isMale(s) ? 0.95 : 0.78) + 0.5 * strain(s) * strain(s), 0.13),
  ),
  measure(
    ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma'],
    ['mmol/L', 1, 2.1, 7.4],
    (draw, s) => draw.normal(4.2 + 0.2 * strain(s), 0.32),
  ),
  measure(['2951-2', 'Sodium [Moles/volume] in Serum or Plasma'], ['mmol/L', 0, 114, 164], (draw) =>
    draw.normal(139.6, 2.2),
  ),
  measure(['718-7', 'Hemoglobin [Mass/volume] in Blood'], ['g/dL', 1, 5, 20], (draw, s) =>
    draw.normal(isMale(s) ? 14.9 : 13.4, 1.1),
  ),
  measure(
    ['13457-7', 'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation'],
    ['mg/dL', 0, 28, 290],
    (draw, s) => draw.normal(92 + 58 * strain(s), 24),
  ),
  // Spread to the right: the square of a normal one.
  measure(
    ['3016-3', 'Thyrotropin [Units/volume] in Serum or Plasma'],
    ['m[IU]/L', 2, 0.01, 60],
    (draw) => draw.normal(1.3, 0.32) ** 2,
  ),
];

/** One in two hundred is far out: what a critical-value rule has to find. */
const FAR_OUT = 0.005;

function valueOf(draw: Draw, subject: Subject, each: Measure): number {
  const usual = each.value(draw, subject);
  const far = draw.chance(FAR_OUT)
    ? draw.chance(0.5)
      ? each.low + (each.high - each.low) * 0.04
      : each.high * 0.94
    : usual;
  return rounded(clamped(far, each.low, each.high), each.decimals);
}

function observation(
  subject: Subject,
  parts: { readonly part: string; readonly category: string; readonly minutesIn: number },
  what: object,
): PopulationResource {
  const { visit, calendar } = subject;
  return {
    resourceType: 'Observation',
    id: `${subject.id}-${parts.part}`,
    status: 'final',
    category: [concept({ system: `${THO}observation-category`, code: parts.category })],
    subject: aboutPatient(subject),
    encounter: refer('Encounter', visit.id),
    effectiveDateTime: calendar.instant(visit.daysAgo, visit.minuteOfDay + parts.minutesIn),
    performer: [refer('Practitioner', subject.own)],
    ...what,
  };
}

export function bloodPressure(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 10);
  const high = Math.round(clamped(systolic(draw, subject), 70, 236));
  const low = Math.round(clamped(draw.normal(high * 0.62 + 2, 5), 38, high - 12));
  const component = (code: string, display: string, value: number) => ({
    code: concept({ system: LOINC, code, display }),
    valueQuantity: quantity(value, 'mm[Hg]', 'mmHg'),
  });
  return observation(
    subject,
    { part: 'bp', category: 'vital-signs', minutesIn: 5 },
    {
      code: concept({ system: LOINC, code: '85354-9', display: 'Blood pressure panel' }),
      component: [
        component('8480-6', 'Systolic blood pressure', high),
        component('8462-4', 'Diastolic blood pressure', low),
      ],
    },
  );
}

/** @param nth of those of one record, each another measure */
export function vitalSign(subject: Subject, nth: 0 | 1): PopulationResource {
  return measured(subject, VITALS, {
    nth,
    part: `v${nth + 1}`,
    category: 'vital-signs',
    minutesIn: 6,
  });
}

export function laboratoryResult(subject: Subject, nth: 0 | 1): PopulationResource {
  return measured(subject, LABS, {
    nth,
    part: `l${nth + 1}`,
    category: 'laboratory',
    minutesIn: 95,
  });
}

function measured(
  subject: Subject,
  from: readonly Measure[],
  parts: {
    readonly nth: 0 | 1;
    readonly part: string;
    readonly category: string;
    readonly minutesIn: number;
  },
): PopulationResource {
  const draw = drawOf(subject, from === VITALS ? 11 : 12);
  const first = draw.below(from.length);
  const second = (first + 1 + draw.below(from.length - 1)) % from.length;
  const each = from[parts.nth === 0 ? first : second] ?? from[0];
  if (each === undefined) throw new RangeError('nothing to measure');
  const value = valueOf(drawOf(subject, 13 + 2 * parts.nth + Number(from === LABS)), subject, each);
  return observation(subject, parts, {
    code: concept({ system: LOINC, code: each.code, display: each.display }),
    valueQuantity: quantity(value, each.unit),
  });
}
