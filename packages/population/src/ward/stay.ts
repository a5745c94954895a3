import { clamped, Draw, rounded } from '../draw.ts';
import type { Person } from '../people/person.ts';
import type { Course } from '../record/subject.ts';
import { STREAM } from '../seeds.ts';

export type Sign =
  | 'respiration'
  | 'saturation'
  | 'oxygen'
  | 'systolic'
  | 'pulse'
  | 'alertness'
  | 'temperature'
  | 'lactate'
  | 'creatinine'
  | 'leucocytes';

/** One value of a stay: /min, %, L/min, mm[Hg], 1 for alert and 0 for not, Cel, mmol/L, mg/dL, 10*3/uL. */
export interface Measurement {
  readonly sign: Sign;
  readonly minute: number;
  readonly value: number;
}

/** A hospital stay of an adult as measurements, and what became of it. */
export interface WardStay {
  readonly ageYears: number;
  readonly gender: Person['gender'];
  readonly measurements: readonly Measurement[];
  /** Minutes of the rounds at which vital signs were taken. */
  readonly rounds: readonly number[];
  /** Arrest, transfer to intensive care or death; null: none within the stay. */
  readonly eventMinute: number | null;
  readonly endMinute: number;
}

/** What somebody's body is usually like, and how it fails. */
interface Physiology {
  readonly respiration: number;
  readonly saturation: number;
  readonly systolic: number;
  readonly pulse: number;
  readonly temperature: number;
  readonly creatinine: number;
  /** Weights of breathing, circulation and infection in how a decline shows. */
  readonly lungs: number;
  readonly heart: number;
  readonly infection: number;
}

type Phase = 'steady' | 'declining' | 'mending';

const ROUND_MINUTES = 240;
const LABORATORY_EVERY_ROUNDS = 3;
/** One value in twenty-five is not taken or not written down. */
const LEFT_OUT = 0.04;

/**
 * A stay in which an unseen severity in [0, 1.2] wanders, sometimes climbs, and mostly mends; vital
 * signs follow it each in its own measure, from a baseline of the patient's own, with noise. An event
 * is the more likely the higher it stands. A model of our own making: its rates are of no hospital.
 * Powers and products only, so that it is the same on every machine.
 */
export function wardStay(
  { seed, index }: { readonly seed: number; readonly index: number },
  { person, course }: { readonly person: Person; readonly course: Course },
): WardStay {
  const draw = new Draw(seed, STREAM.ward, index);
  const ageYears = Math.max(person.ageYears, 18 + draw.below(8));
  const body = physiologyOf(draw, ageYears, course);
  const hours = 48 + draw.below(120);
  const measurements: Measurement[] = [];
  const rounds: number[] = [];
  const frailty = 0.4 + ageYears / 100 + 0.8 * course.strain;
  let phase: Phase = draw.chance(0.08) ? 'declining' : 'steady';
  let severity = 0.05 + 0.25 * draw.next() * frailty;
  let pace = 0;
  for (let hour = 0; hour < hours; hour++) {
    const minute = hour * 60;
    if (minute % ROUND_MINUTES === 0) {
      const nth = rounds.length;
      rounds.push(minute + draw.below(20));
      const at = { minute: rounds[nth] ?? minute, severity, laboratory: isLaboratory(nth) };
      measurements.push(...roundOf(draw, body, at));
    }
    if (draw.chance(0.00012 + 0.22 * severity ** 5 * (0.6 + 0.5 * frailty))) {
      const eventMinute = minute + 30;
      return {
        ...{ ageYears, gender: person.gender, measurements, rounds },
        eventMinute,
        endMinute: eventMinute,
      };
    }
    if (phase === 'steady' && draw.chance(0.0022 * frailty)) {
      phase = 'declining';
      pace = 0.012 + 0.05 * draw.next();
    } else if (phase === 'declining' && draw.chance(0.035)) phase = 'mending';
    else if (phase === 'mending' && severity < 0.2) phase = 'steady';
    if (phase === 'declining' && pace === 0) pace = 0.02;
    severity = clamped(severity + driftOf(phase, pace, severity) + draw.normal(0, 0.012), 0, 1.2);
  }
  const gender = person.gender;
  return { ageYears, gender, measurements, rounds, eventMinute: null, endMinute: hours * 60 };
}

const isLaboratory = (round: number): boolean => round % LABORATORY_EVERY_ROUNDS === 0;

function driftOf(phase: Phase, pace: number, severity: number): number {
  if (phase === 'declining') return pace;
  if (phase === 'mending') return -0.025;
  return 0.03 * (0.15 - severity);
}

function physiologyOf(draw: Draw, ageYears: number, { strain }: Course): Physiology {
  // Chronic disease of the lungs: low saturation that is no alarm for this patient.
  const chronic = draw.chance(0.05 + 0.15 * strain);
  return {
    respiration: draw.normal(chronic ? 19 : 15.8, 1.4),
    saturation: draw.normal(chronic ? 91.5 : 97.3 - strain, 0.8),
    systolic: draw.normal(108 + 0.3 * Math.min(ageYears, 85) + 16 * strain, 11),
    pulse: draw.normal(72 + 10 * strain, 9),
    temperature: draw.normal(36.7, 0.2),
    creatinine: clamped(draw.normal(0.85 + 0.6 * strain * strain, 0.15), 0.4, 4),
    lungs: 0.25 + 1.3 * draw.next(),
    heart: 0.25 + 1.3 * draw.next(),
    infection: draw.chance(0.45) ? 0.6 + draw.next() : 0.1 * draw.next(),
  };
}

interface RoundAt {
  readonly minute: number;
  readonly severity: number;
  readonly laboratory: boolean;
}

function roundOf(draw: Draw, body: Physiology, at: RoundAt): Measurement[] {
  const s = at.severity;
  const breathless = s * body.lungs;
  const shocked = s * body.heart;
  const breathing = body.saturation - 8 * breathless;
  const litres = breathing < 92 - 2 * draw.next() ? 1 + draw.below(6) : 0;
  const values: [Sign, number, readonly [decimals: number, low: number, high: number]][] = [
    ['respiration', draw.normal(body.respiration + 9 * breathless, 1.5), [0, 6, 55]],
    ['saturation', draw.normal(breathing + (litres > 0 ? 3 : 0), 1), [0, 65, 100]],
    ['oxygen', litres, [0, 0, 15]],
    ['systolic', draw.normal(body.systolic - 34 * shocked, 8), [0, 50, 230]],
    ['pulse', draw.normal(body.pulse + 34 * shocked + 6 * body.infection * s, 7), [0, 35, 200]],
    ['alertness', Number(!draw.chance(0.01 + 0.55 * s ** 5)), [0, 0, 1]],
    ['temperature', draw.normal(body.temperature + 1.7 * body.infection * s, 0.25), [1, 34, 42]],
  ];
  if (at.laboratory) {
    values.push(
      ['lactate', draw.normal(1.1 + 3 * s * s * body.heart, 0.3), [1, 0.3, 18]],
      ['creatinine', draw.normal(body.creatinine + 0.7 * shocked, 0.12), [2, 0.3, 9]],
      ['leucocytes', draw.normal(7.5 + 7 * body.infection * s, 1.7), [1, 0.6, 45]],
    );
  }
  return values.flatMap(([sign, value, [decimals, low, high]]) =>
    draw.chance(LEFT_OUT)
      ? []
      : [{ sign, minute: at.minute, value: rounded(clamped(value, low, high), decimals) }],
  );
}
