import { err, ok, type Result } from '@holdfast/kernel';
import { element } from '../fhir-reading.ts';
import { type Acvpu, type Band, NEWS2, PLAUSIBLE } from './news2-table.ts';
import type { AbsentReason, ScoreOutput, ScorePart } from './score-output.ts';

type Numeric = 'respiration' | 'saturation' | 'systolic' | 'pulse' | 'temperature';
export type News2Parameter = Numeric | 'oxygen' | 'consciousness';

/** Rates per minute, saturation in %, pressure in mm[Hg], temperature in Cel; null is missing. */
export interface News2Input {
  /** Whole years; null where the birth date is unknown. */
  readonly age: number | null;
  readonly saturationScale: 1 | 2;
  readonly respiration: number | null;
  readonly saturation: number | null;
  /** True on supplemental oxygen. */
  readonly oxygen: boolean | null;
  readonly systolic: number | null;
  readonly pulse: number | null;
  readonly consciousness: Acvpu | null;
  readonly temperature: number | null;
  /** Why an input is null, where more is known than that it was not given. */
  readonly absent: Readonly<Partial<Record<News2Parameter, AbsentReason>>>;
}

const NAMES: Readonly<Record<News2Parameter, readonly [code: string, name: string]>> = {
  respiration: ['9279-1', 'respiration rate'],
  saturation: ['59408-5', 'oxygen saturation'],
  oxygen: ['3151-8', 'air or oxygen'],
  systolic: ['8480-6', 'systolic blood pressure'],
  pulse: ['8867-4', 'pulse'],
  consciousness: ['1104441000000107', 'consciousness'],
  temperature: ['8310-5', 'temperature'],
};

/**
 * Half up, at the chart's own precision: its bands leave gaps between the printed values. The
 * nudge keeps 35.05, which binary cannot hold, from rounding down.
 */
export function roundForChart(parameter: Numeric, value: number): number {
  if (parameter === 'temperature') return Math.round(value * 10 + 1e-6) / 10;
  return Math.round(value + 1e-6);
}

function inBand(bands: readonly Band[], value: number): number {
  return bands.find((band) => band.upTo === null || value <= band.upTo)?.points ?? 0;
}

/** On scale 2 with air or oxygen unknown, the lower of the two readings is what is certain. */
function saturationPoints(input: News2Input, value: number): number {
  if (input.saturationScale === 1) return inBand(NEWS2.saturationScale1, value);
  const onAir = inBand(NEWS2.saturationScale2OnAir, value);
  if (input.oxygen === false) return onAir;
  const onOxygen = inBand(NEWS2.saturationScale2OnOxygen, value);
  return input.oxygen === true ? onOxygen : Math.min(onAir, onOxygen);
}

function numericPoints(input: News2Input, parameter: Numeric, value: number): number {
  if (parameter === 'saturation') return saturationPoints(input, value);
  return inBand(NEWS2[parameter], value);
}

function numericPart(input: News2Input, parameter: Numeric): ScorePart {
  const [code, name] = NAMES[parameter];
  const raw = input[parameter];
  const reason = input.absent[parameter] ?? 'not-given';
  if (raw === null) return { code, name, value: null, points: null, absent: reason };
  const value = roundForChart(parameter, raw);
  const range = PLAUSIBLE[parameter];
  if (value < range.from || value > range.to) {
    return { code, name, value: raw, points: null, absent: 'implausible' };
  }
  return { code, name, value, points: numericPoints(input, parameter, value) };
}

function oxygenPart(input: News2Input): ScorePart {
  const [code, name] = NAMES.oxygen;
  if (input.oxygen === null) {
    return { code, name, value: null, points: null, absent: input.absent.oxygen ?? 'not-given' };
  }
  const points = input.oxygen ? NEWS2.oxygenPoints : 0;
  return { code, name, value: input.oxygen ? 'oxygen' : 'air', points };
}

function consciousnessPart(input: News2Input): ScorePart {
  const [code, name] = NAMES.consciousness;
  const value = input.consciousness;
  if (value === null) {
    const absent = input.absent.consciousness ?? 'not-given';
    return { code, name, value: null, points: null, absent };
  }
  return { code, name, value, points: NEWS2.consciousness[value] };
}

/** RCP 2017: clinical risk from the aggregate, with a single 3 standing out. */
function bandOf(points: number, redParameters: number): string {
  if (points >= 7) return 'high';
  if (points >= 5) return 'medium';
  return redParameters > 0 ? 'low-medium' : 'low';
}

/**
 * Scores what is there. Without every input there is no total, only a lower bound, and that is
 * acted on. Under 16 years the chart does not apply; with the age unknown it is scored as a
 * bound, since a patient without papers is not a well patient.
 */
export function scoreNews2(input: News2Input): ScoreOutput {
  const source = `${NEWS2.id}@${NEWS2.version}`;
  const parts = [
    numericPart(input, 'respiration'),
    numericPart(input, 'saturation'),
    oxygenPart(input),
    numericPart(input, 'systolic'),
    numericPart(input, 'pulse'),
    consciousnessPart(input),
    numericPart(input, 'temperature'),
  ];
  if (input.age !== null && input.age < NEWS2.minimumAge) {
    const flags = ['age-below-16'];
    const bare = { score: source, evaluable: false, total: null, lowerBound: 0, signals: [] };
    return { ...bare, band: 'not applicable', parts, flags };
  }
  const points = parts.flatMap((part) => (part.points === null ? [] : [part.points]));
  const lowerBound = points.reduce((sum, value) => sum + value, 0);
  const redParameters = points.filter((value) => value === 3).length;
  const complete = points.length === parts.length && input.age !== null;
  const flags: string[] = [];
  if (points.length < parts.length) flags.push('inputs-missing');
  if (input.age === null) flags.push('age-unknown');
  if (redParameters > 0) flags.push('red-parameter');
  const evaluable = points.length > 0;
  const signals = [
    { id: 'news2-total', value: lowerBound, source },
    { id: 'news2-red-parameter', value: redParameters, source },
  ];
  return {
    score: source,
    evaluable,
    total: complete ? lowerBound : null,
    lowerBound,
    band: evaluable ? bandOf(lowerBound, redParameters) : 'not evaluable',
    parts,
    flags,
    signals: evaluable ? signals : [],
  };
}

function numberOrNull(given: unknown, name: string): number | null {
  const value = element(given, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readNews2Input(given: unknown): Result<News2Input, string> {
  if (typeof given !== 'object' || given === null) return err('the input is not an object');
  const scale = element(given, 'saturationScale');
  if (scale !== 1 && scale !== 2) return err('the saturation scale is not 1 or 2');
  const oxygen = element(given, 'oxygen');
  const level = element(given, 'consciousness');
  const absent = element(given, 'absent');
  return ok({
    age: numberOrNull(given, 'age'),
    saturationScale: scale,
    respiration: numberOrNull(given, 'respiration'),
    saturation: numberOrNull(given, 'saturation'),
    oxygen: typeof oxygen === 'boolean' ? oxygen : null,
    systolic: numberOrNull(given, 'systolic'),
    pulse: numberOrNull(given, 'pulse'),
    consciousness: isAcvpu(level) ? level : null,
    temperature: numberOrNull(given, 'temperature'),
    absent: typeof absent === 'object' && absent !== null ? absent : {},
  });
}

function isAcvpu(value: unknown): value is Acvpu {
  return typeof value === 'string' && Object.hasOwn(NEWS2.consciousness, value);
}
