import { ok } from '@holdfast/kernel';
import { roundForChart } from '../../scores/news2.ts';
import { PLAUSIBLE } from '../../scores/news2-table.ts';
import type { ScorePart } from '../../scores/score-output.ts';
import type { Capability } from '../capability.ts';
import { bandOfProbability } from '../model-manifest.ts';
import { FEATURE_SET, FEATURES, featuresOf } from './features.ts';
import {
  type DeteriorationInput,
  LABORATORY,
  type Laboratory,
  readDeteriorationInput,
  VITALS,
  type Vital,
} from './input.ts';

/** Fewer vital signs than this describe nobody; the rest may be missing. */
const LEAST_VITALS = 4;
/** The data it learnt from holds adults only. */
const ADULT_YEARS = 18;

const NAMES: Readonly<Record<Vital | Laboratory, readonly [code: string, name: string]>> = {
  respiration: ['9279-1', 'respiration rate'],
  saturation: ['59408-5', 'oxygen saturation'],
  systolic: ['8480-6', 'systolic blood pressure'],
  pulse: ['8867-4', 'pulse'],
  temperature: ['8310-5', 'temperature'],
  lactate: ['2524-7', 'lactate'],
  creatinine: ['2160-0', 'creatinine'],
  leucocytes: ['6690-2', 'leucocytes'],
};

/** Values that no measuring gives are none: a model would read them as a collapse. */
function plausible(input: DeteriorationInput): DeteriorationInput {
  const kept = VITALS.map((name) => {
    const value = input[name];
    if (value === null) return [name, null] as const;
    const rounded = roundForChart(name, value);
    const { from, to } = PLAUSIBLE[name];
    return [name, rounded < from || rounded > to ? null : value] as const;
  });
  return { ...input, ...Object.fromEntries(kept) };
}

function part(name: Vital | Laboratory, value: number | null): ScorePart {
  const [code, text] = NAMES[name];
  const said = { code, name: text, value, points: null };
  return value === null ? { ...said, absent: 'not-given' } : said;
}

/** Deterioration within 24 hours of an adult: arrest, transfer to intensive care, or death. */
export const DETERIORATION: Capability = {
  id: 'deterioration-24h',
  featureSet: FEATURE_SET,
  features: FEATURES,
  vector(given) {
    const input = readDeteriorationInput(given);
    return input.ok ? ok(featuresOf(plausible(input.value))) : input;
  },
  describe(given) {
    const read = readDeteriorationInput(given);
    if (!read.ok) return { applies: false, parts: [], flags: [] };
    const input = plausible(read.value);
    const known = VITALS.filter((name) => input[name] !== null).length;
    const flags: string[] = [];
    if (input.age === null) flags.push('age-unknown');
    else if (input.age < ADULT_YEARS) flags.push('age-below-18');
    if (known < LEAST_VITALS) flags.push('too-few-vital-signs');
    const applies = flags.length === 0;
    if (applies && known < VITALS.length) flags.push('inputs-missing');
    return {
      applies,
      parts: [
        ...VITALS.map((name) => part(name, input[name])),
        ...LABORATORY.map((name) => part(name, input.laboratory[name])),
      ],
      flags,
    };
  },
  bandName: ({ bands }, probability) => bandOfProbability(bands, probability).name,
};
