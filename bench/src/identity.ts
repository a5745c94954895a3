import { scorerOf, starterParameters } from '@holdfast/identity';
import { type Bench, type BenchOptions, type Figures, numberSetting } from './bench.ts';
import { exactKeyF1 } from './identity/exact-key-floor.ts';
import { generatedPeople } from './identity/generated-people.ts';
import { f1Of, type Measured, measureMatch } from './identity/match-figures.ts';
import { fake1000, febrl3, febrl4, type JudgedList } from './identity/published-lists.ts';
import { storedMatches } from './identity/stored-match.ts';

const PUBLISHED: readonly (readonly [string, () => JudgedList])[] = [
  ['febrl3', febrl3],
  ['febrl4', febrl4],
  ['fake_1000', fake1000],
];

/** Matching of records of people, trained without the truth and judged by it. */
export const identityBench: Bench = {
  name: 'identity',
  summary:
    'F1 and automatic links on published lists, and a generated one with twins; time, memory',
  settings: { records: '100000', patients: '1000,100000', seed: '5' },
  run: async (options) => ({ figures: { ...measure(options), ...(await matchFigures(options)) } }),
};

function measure(options: BenchOptions): Figures {
  const links = { certain: 0, right: 0 };
  let figures: Figures = {};
  for (const [name, read] of PUBLISHED) {
    const { records, persons } = read();
    const personAt = (at: number): string => persons[at] ?? '';
    const measured = measureMatch(records, { personAt }, options.log);
    const floor = exactKeyF1(records, personAt, measured.report.truth?.truePairs ?? 0);
    figures = { ...figures, ...figuresOf(name, measured, links), [`${name}.exactKeyF1`]: floor };
    options.log(`${name}: F1 ${f1Of(measured.report)}, of an exact key ${floor}`);
  }
  for (const count of sizesOf(options, 'records')) {
    const name = `records${count.toExponential().replace('+', '')}`;
    const source = namesakes();
    const seed = numberSetting(identityBench, options, 'seed');
    const { records, persons } = generatedPeople(count, source, seed);
    const personAt = (at: number): string => String(persons[at] ?? '');
    const measured = measureMatch(records, { personAt }, options.log);
    figures = {
      ...figures,
      ...figuresOf(name, measured, links),
      [`${name}.pairs`]: measured.report.candidatePairs,
      [`${name}.rssMb`]: process.resourceUsage().maxRSS / 1_024,
    };
    options.log(`${name}: F1 ${f1Of(measured.report)} in ${measured.seconds} s`);
  }
  return { ...figures, 'autoLink.precision': links.right / links.certain };
}

/** The copies of the list have typing errors already, which nobody is named. */
const namesakes = () => febrl4().people.filter(({ id }) => id.endsWith('-org'));

/** One match by how many patients are stored, the largest over the smallest. */
async function matchFigures(options: BenchOptions): Promise<Figures> {
  const sizes = sizesOf(options, 'patients');
  const seed = numberSetting(identityBench, options, 'seed');
  const scorer = scorerOf(starterParameters());
  const measured = await storedMatches({
    sizes,
    seed,
    scorer,
    source: namesakes(),
    log: options.log,
  });
  let figures: Figures = {};
  for (const [at, { p50Ms, p99Ms, candidates, found }] of measured.entries()) {
    const name = `match.patients${sizes[at]?.toExponential().replace('+', '') ?? ''}`;
    figures = {
      ...figures,
      [`${name}.p50Ms`]: p50Ms,
      [`${name}.p99Ms`]: p99Ms,
      [`${name}.candidates`]: candidates,
      [`${name}.found`]: found,
    };
  }
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined || sizes.length < 2) return figures;
  return {
    ...figures,
    'match.slope': last.p99Ms / first.p99Ms,
    'match.slopeP50': last.p50Ms / first.p50Ms,
  };
}

function figuresOf(
  name: string,
  { report, seconds, cpuSeconds }: Measured,
  links: { certain: number; right: number },
): Figures {
  const { truth, grades } = report;
  const precision = truth?.autoLink.precision ?? 1;
  links.certain += grades.certain;
  links.right += Math.round(precision * grades.certain);
  return {
    [`${name}.f1`]: f1Of(report),
    [`${name}.pairsCompleteness`]: truth?.pairsCompleteness ?? 0,
    [`${name}.autoLinkPrecision`]: precision,
    [`${name}.autoLinkRecall`]: truth?.autoLink.recall ?? 0,
    [`${name}.groupPrecision`]: truth?.grouped.precision ?? 1,
    [`${name}.seconds`]: seconds,
    [`${name}.cpuSeconds`]: cpuSeconds,
  };
}

/** @throws RangeError for what is no list of counts; `0` is none */
function sizesOf({ settings }: BenchOptions, name: 'records' | 'patients'): readonly number[] {
  const text = settings.get(name) ?? identityBench.settings[name] ?? '';
  const sizes = text.split(',').map(Number);
  if (sizes.every((size) => Number.isSafeInteger(size) && size >= 0))
    return sizes.filter((size) => size > 0);
  throw new RangeError(`--${name} must be counts by commas, not ${text}`);
}
