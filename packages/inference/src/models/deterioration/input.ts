import { ok, type Result } from '@holdfast/kernel';
import { element, numberElement } from '../../fhir-reading.ts';
import { type News2Input, readNews2Input } from '../../scores/news2.ts';

export const VITALS = ['respiration', 'saturation', 'systolic', 'pulse', 'temperature'] as const;
export type Vital = (typeof VITALS)[number];
export const LABORATORY = ['lactate', 'creatinine', 'leucocytes'] as const;
export type Laboratory = (typeof LABORATORY)[number];

/** NEWS2's input, and what lies before it. Units: as NEWS2; mmol/L, mg/dL, 10*3/uL. */
export interface DeteriorationInput extends News2Input {
  /** Mean of what was measured before the present round, up to 24 h back; null where nothing was. */
  readonly earlier: Readonly<Record<Vital, number | null>>;
  /** The newest result of the last 24 h. */
  readonly laboratory: Readonly<Record<Laboratory, number | null>>;
}

/** One value of one patient at one time (ms since 1970), in the units above. */
export interface TimedValue {
  readonly name: Vital | Laboratory;
  readonly atMs: number;
  readonly value: number;
}

/** The present round is what NEWS2 reads; the window is a day, as is the question. */
export const ROUND_HOURS = 1;
export const WINDOW_HOURS = 24;
const HOUR_MS = 3_600_000;

/** What lies before an instant, by the rule that serving and training share. */
export function summarise(
  values: readonly TimedValue[],
  atMs: number,
): Pick<DeteriorationInput, 'earlier' | 'laboratory'> {
  const since = atMs - WINDOW_HOURS * HOUR_MS;
  const before = values.filter((each) => each.atMs >= since && each.atMs <= atMs);
  const earlier = VITALS.map((name) => {
    const of = before.filter(
      (each) => each.name === name && each.atMs < atMs - ROUND_HOURS * HOUR_MS,
    );
    const sum = of.reduce((total, { value }) => total + value, 0);
    return [name, of.length === 0 ? null : sum / of.length] as const;
  });
  const laboratory = LABORATORY.map((name) => {
    const of = before.filter((each) => each.name === name);
    const newest = of.reduce<TimedValue | null>(
      (best, each) => (best === null || each.atMs >= best.atMs ? each : best),
      null,
    );
    return [name, newest?.value ?? null] as const;
  });
  return {
    // One entry for each of VITALS and of LABORATORY.
    earlier: Object.fromEntries(earlier) as unknown as DeteriorationInput['earlier'],
    laboratory: Object.fromEntries(laboratory) as unknown as DeteriorationInput['laboratory'],
  };
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readDeteriorationInput(given: unknown): Result<DeteriorationInput, string> {
  const present = readNews2Input(given);
  if (!present.ok) return present;
  const numbers = <Name extends string>(of: string, names: readonly Name[]) =>
    Object.fromEntries(
      names.map((name) => [name, numberElement(element(given, of), name) ?? null]),
    ) as Record<Name, number | null>; // an entry for each name
  return ok({
    ...present.value,
    earlier: numbers('earlier', VITALS),
    laboratory: numbers('laboratory', LABORATORY),
  });
}
