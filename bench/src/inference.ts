import { type Bench, type BenchOptions, type Figures, numberSetting } from './bench.ts';
import { decisionMicroseconds } from './inference/decision-cost.ts';
import { realFigures } from './inference/real-time.ts';
import { virtualFigures } from './inference/virtual-time.ts';
import { median } from './quantile.ts';

const LOADS = [0.8, 1.2, 3, 10];
const REAL_LOAD = 1.2;

/** The scheduler of inference beside the rules of its peers. */
export const inferenceBench: Bench = {
  name: 'inference',
  summary: "tier 0's p99 beside all other work, over its p99 alone, beside other queues",
  settings: { 'virtual-seconds': '600', seconds: '20', seed: '7' },
  run: (options) => measure(options).then((figures) => ({ figures })),
};

async function measure(options: BenchOptions): Promise<Figures> {
  const setting = (name: string) => numberSetting(inferenceBench, options, name);
  const seed = setting('seed');
  let figures: Figures = {};
  let starved = 0;
  for (const load of LOADS) {
    const at = virtualFigures({ load, seed, seconds: setting('virtual-seconds') });
    starved += at.starved;
    figures = { ...figures, ...prefixed(`virtual.${nameOf(load)}`, at.figures) };
    options.log(`virtual time at load ${load}: ${JSON.stringify(at.figures)}`);
  }
  const real = await realFigures({ load: REAL_LOAD, seed, seconds: setting('seconds') });
  return {
    ...figures,
    ...prefixed(`real.${nameOf(REAL_LOAD)}`, real),
    starved,
    'decision.p50Us': median(decisionMicroseconds()),
  };
}

/** A dot inside a number would read as one between names. */
const nameOf = (load: number): string => String(load).replace('.', '_');

const prefixed = (prefix: string, figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
