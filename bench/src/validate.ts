import { definitions, type Resource, validateResource } from '@holdfast/fhir';
import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { median } from './quantile.ts';
import { seeded } from './seeded.ts';
import { type Corpus, corpora } from './validation/corpus.ts';
import { damaged } from './validation/damage.ts';
import { isValidForMedplum, loadMedplum } from './validation/medplum.ts';

/** Validation of resources beside that of `@medplum/core`: time of each, and what each finds. */
export const validateBench: Bench = {
  name: 'validate',
  summary: 'validating resources, beside @medplum/core: time, and what each finds in broken ones',
  settings: { resources: '1500', rounds: '7', broken: '5000' },
  run: async (options) => {
    const setting = (name: string) => numberSetting(validateBench, options, name);
    const start = { 'start.definitionsMs': definitionsMs() };
    loadMedplum();
    const all = corpora(setting('resources')).map(validForBoth);
    const figures = { ...start, ...speed(all, setting('rounds'), options) };
    const resources = all.flatMap((corpus) => corpus.resources);
    return { figures: { ...figures, ...findings(resources, setting('broken'), options) } };
  },
};

/** What the first use of the package costs, once a process; types compile when they are met. */
function definitionsMs(): number {
  const before = performance.now();
  definitions();
  return performance.now() - before;
}

const isValid = (resource: Resource): boolean => validateResource(resource).length === 0;

/** Both do their whole work only where there is nothing to complain of. */
const validForBoth = ({ name, resources }: Corpus): Corpus => ({
  name,
  resources: resources.filter((one) => isValid(one) && isValidForMedplum(one)),
});

/**
 * Time of each validator for resources parsed just before, as a server has them: the sum over
 * resources of their medians over rounds, which a busy machine hardly moves.
 */
function speed(all: readonly Corpus[], rounds: number, { log }: BenchOptions): Outcome['figures'] {
  const figures: Record<string, number> = {};
  const sums = { ours: 0, medplum: 0 };
  for (const { name, resources } of all) {
    const texts = resources.map((resource) => JSON.stringify(resource));
    const ours: (readonly number[])[] = [];
    const medplum: (readonly number[])[] = [];
    // In turn by rounds: within one, each finds the processor's caches as it left them itself.
    for (let round = -WARM_UP; round < rounds; round++) {
      log(`${name}, round ${round + 1} of ${rounds}`);
      const taken = [micros(texts, isValid), micros(texts, isValidForMedplum)] as const;
      if (round < 0) continue;
      ours.push(taken[0]);
      medplum.push(taken[1]);
    }
    const [own, peer] = [sumOfMedians(ours), sumOfMedians(medplum)];
    sums.ours += own;
    sums.medplum += peer;
    figures[`${name}.resources`] = resources.length;
    figures[`${name}.micros`] = own / resources.length;
    figures[`${name}.medplum.micros`] = peer / resources.length;
    figures[`ratio.medplum.${name}`] = peer / own;
  }
  return { ...figures, 'ratio.medplum': sums.medplum / sums.ours };
}

/** Rounds before those that count. */
const WARM_UP = 2;

/** Microseconds for each text: only the validation of what was just parsed. */
function micros(
  texts: readonly string[],
  validate: (resource: Resource) => boolean,
): readonly number[] {
  return texts.map((text) => {
    const resource = JSON.parse(text) as Resource;
    const before = performance.now();
    validate(resource);
    return (performance.now() - before) * 1000;
  });
}

/** @param rounds a figure for each resource in each round */
function sumOfMedians(rounds: readonly (readonly number[])[]): number {
  const each = (rounds[0] ?? []).map((_, nth) => median(rounds.map((round) => round[nth] ?? 0)));
  return each.reduce((sum, one) => sum + one, 0);
}

/** What each finds in copies with one thing wrong. */
function findings(
  resources: readonly Resource[],
  count: number,
  { log }: BenchOptions,
): Outcome['figures'] {
  log(`${count} broken resources`);
  const random = seeded(20_261_124);
  let [ours, medplum, missed] = [0, 0, 0];
  for (let nth = 0; nth < count; nth++) {
    const original = resources[Math.floor(random() * resources.length)];
    if (original === undefined) break;
    const broken = damaged(original, random);
    const [found, foundByPeer] = [!isValid(broken), !isValidForMedplum(broken)];
    ours += Number(found);
    medplum += Number(foundByPeer);
    missed += Number(foundByPeer && !found);
  }
  return {
    'broken.resources': count,
    'broken.found': ours,
    'broken.medplum.found': medplum,
    'broken.foundByMedplumOnly': missed,
  };
}
