import {
  type DeteriorationInput,
  FEATURES,
  featuresOf,
  scoreNews2,
  summarise,
  type TimedValue,
} from '@holdfast/inference/models';
import { POPULATION_DAY, Population, type WardStay } from '@holdfast/population';
import type { EvaluationTable } from './boosting.ts';

const HOUR_MINUTES = 60;
const HORIZON_MINUTES = 24 * HOUR_MINUTES;
const MINUTE_MS = 60_000;
const AIR_LITRES = 0;

/**
 * Every other round of every stay of `patients` patients from `first` on. A round of which the next
 * day is not known to its end is left out, since it would count as a good one.
 */
export function wardTable(given: {
  readonly seed: number;
  readonly first: number;
  readonly patients: number;
}): EvaluationTable {
  const population = new Population({ seed: given.seed, asOf: POPULATION_DAY });
  const rows: Float32Array[] = [];
  const [labels, patients, baseline, isOld, isFemale]: number[][] = [[], [], [], [], []];
  for (let patient = given.first; patient < given.first + given.patients; patient++) {
    const stay = population.stay(patient);
    for (const [nth, minute] of stay.rounds.entries()) {
      if (nth % 2 !== patient % 2) continue;
      const label = labelOf(stay, minute);
      const input = label === null ? null : inputAt(stay, minute);
      if (label === null || input === null) continue;
      rows.push(featuresOf(input));
      labels?.push(label);
      patients?.push(patient);
      baseline?.push(scoreNews2(input).lowerBound);
      isOld?.push(Number(stay.ageYears >= 65));
      isFemale?.push(Number(stay.gender === 'female'));
    }
  }
  return {
    features: FEATURES,
    rows,
    labels: Uint8Array.from(labels ?? []),
    patients: Int32Array.from(patients ?? []),
    baseline: Float64Array.from(baseline ?? []),
    subgroups: {
      'age 65 and over': Uint8Array.from(isOld ?? []),
      'age below 65': Uint8Array.from(isOld ?? [], (is) => 1 - is),
      female: Uint8Array.from(isFemale ?? []),
      'male and other': Uint8Array.from(isFemale ?? [], (is) => 1 - is),
    },
  };
}

function labelOf({ eventMinute, endMinute }: WardStay, minute: number): 0 | 1 | null {
  if (eventMinute !== null && eventMinute <= minute) return null;
  if (eventMinute !== null && eventMinute <= minute + HORIZON_MINUTES) return 1;
  return minute + HORIZON_MINUTES <= endMinute ? 0 : null;
}

/** Null where so little was taken that the model does not apply. */
function inputAt(stay: WardStay, minute: number): DeteriorationInput | null {
  const present = new Map(
    stay.measurements.filter((each) => each.minute === minute).map((m) => [m.sign, m.value]),
  );
  const value = (sign: WardStay['measurements'][number]['sign']) => present.get(sign) ?? null;
  const litres = value('oxygen');
  const alert = value('alertness');
  const vitals = {
    respiration: value('respiration'),
    saturation: value('saturation'),
    systolic: value('systolic'),
    pulse: value('pulse'),
    temperature: value('temperature'),
  };
  if (Object.values(vitals).filter((each) => each !== null).length < 4) return null;
  const timed = stay.measurements.flatMap(({ sign, minute: at, value: of }): TimedValue[] =>
    sign === 'oxygen' || sign === 'alertness'
      ? []
      : [{ name: sign, atMs: at * MINUTE_MS, value: of }],
  );
  return {
    age: stay.ageYears,
    saturationScale: 1,
    ...vitals,
    oxygen: litres === null ? null : litres > AIR_LITRES,
    consciousness: alert === null ? null : alert === 1 ? 'A' : 'V',
    absent: {},
    ...summarise(timed, minute * MINUTE_MS),
  };
}
