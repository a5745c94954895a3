import { localise, type Observations, type Where } from '@holdfast/visibility';
import { type Bench, type BenchOptions, type Figures, numberSetting } from './bench.ts';
import { calm, plantedIncident } from './cause/incident.ts';
import { type NezhaFault, nezhaFaults } from './cause/nezha.ts';
import { poissonScan } from './cause/poisson-scan.ts';
import { type Answer, type Marks, marksOf } from './cause/score.ts';
import { quantile } from './quantile.ts';

/** Cause localisation beside the plain Poisson scan, on planted incidents and on labelled faults. */
export const causeBench: Bench = {
  name: 'cause',
  summary: 'the causes of planted incidents and of labelled faults, beside a Poisson scan',
  settings: { incidents: '300', seed: '1' },
  run: async (options) => ({ figures: { ...generated(options), ...nezha(options) } }),
};

/** Seeds of calm times, so far behind those of incidents that none is both. */
const CALM = 1_000_000;

function generated(options: BenchOptions): Figures {
  const incidents = numberSetting(causeBench, options, 'incidents');
  const seed = numberSetting(causeBench, options, 'seed') * 100_000;
  const answers: Record<'ours' | 'scan', Answer[]> = { ours: [], scan: [] };
  const taken: number[] = [];
  for (let nth = 0; nth < incidents; nth++) {
    const { observations, causes, usualRate } = plantedIncident(seed + nth);
    const before = performance.now();
    const ours = localised(observations);
    taken.push(performance.now() - before);
    answers.ours.push({ truth: causes, ...ours });
    answers.scan.push({ truth: causes, ...poissonScan(observations, usualRate) });
    if (nth % 50 === 49) options.log(`${nth + 1} of ${incidents} incidents`);
  }
  let alarms = 0;
  for (let nth = 0; nth < incidents; nth++) {
    if (localised(calm(seed + CALM + nth)).causes.length > 0) alarms += 1;
  }
  return {
    'generated.incidents': incidents,
    ...named('generated', marksOf(answers.ours)),
    'generated.falseAlarms': alarms / incidents,
    'generated.p50Ms': quantile(taken, 0.5),
    'generated.p99Ms': quantile(taken, 0.99),
    ...named('scan', marksOf(answers.scan)),
  };
}

const named = (name: string, { top1, top3, f1 }: Marks): Figures => ({
  [`${name}.top1`]: top1,
  [`${name}.top3`]: top3,
  [`${name}.f1`]: f1,
});

/** @throws Error where the observations are refused: the bench makes none such */
function localised(observations: Observations): Omit<Answer, 'truth'> {
  const found = localise(observations);
  if (!found.ok) throw new Error(`refused: ${JSON.stringify(found.error)}`);
  const causes = found.value.causes.map(({ where }) => where);
  return { causes, ranked: [...causes, ...found.value.alternatives.map(({ where }) => where)] };
}

/** Which service, and of faults that metrics can tell, which kind as well. */
function nezha({ log }: BenchOptions): Figures {
  const faults = nezhaFaults();
  log(`${faults.length} labelled faults`);
  const rankings = faults.map((fault) => ({
    fault,
    ours: localised(fault.observations).ranked,
    scan: poissonScan(fault.observations, rateOf(fault.observations)).ranked,
  }));
  const share = (isRight: (each: (typeof rankings)[number]) => boolean): number =>
    rankings.filter(isRight).length / rankings.length;
  const among = (services: readonly string[], { service }: NezhaFault, first: number): boolean =>
    services.slice(0, first).includes(service);
  const inMetrics = rankings.filter(({ fault }) => fault.type !== 'code');
  const sameKind = inMetrics.filter(({ fault, ours }) => {
    const first = ours.find((where) => where['metric'] !== undefined && where['service']);
    return first?.['service'] === fault.service && first['metric'] === fault.type;
  });
  return {
    'nezha.faults': faults.length,
    'nezha.top1': share(({ fault, ours }) => among(servicesOf(ours), fault, 1)),
    'nezha.top3': share(({ fault, ours }) => among(servicesOf(ours), fault, 3)),
    'nezha.kind.top1': sameKind.length / inMetrics.length,
    'nezha.scan.top1': share(({ fault, scan }) => among(servicesOf(scan), fault, 1)),
    'nezha.scan.top3': share(({ fault, scan }) => among(servicesOf(scan), fault, 3)),
    'nezha.loudest.top1': share(({ fault }) => among(fault.loudest, fault, 1)),
    'nezha.loudest.top3': share(({ fault }) => among(fault.loudest, fault, 3)),
  };
}

/** Services in the order in which they are suspected, each once. */
const servicesOf = (ranked: readonly Where[]): readonly string[] => [
  ...new Set(ranked.flatMap((where) => where['service'] ?? [])),
];

/** Nothing better is known of the rate outside than the rate of everything. */
function rateOf({ rows }: Observations): number {
  const failed = rows.reduce((sum, row) => sum + row.failed, 0.5);
  return failed / rows.reduce((sum, row) => sum + row.failed + row.succeeded, 1);
}
