import { type Bench, numberSetting } from './bench.ts';
import { casbinEngine } from './decide/casbin.ts';
import { caslEngine } from './decide/casl.ts';
import { cedarEngine } from './decide/cedar.ts';
import { holdfastEngine } from './decide/holdfast.ts';
import { workload } from './decide/workload.ts';
import { median } from './quantile.ts';

interface Engine {
  readonly name: string;
  readonly decide: (index: number) => boolean;
}

/** Ten rules on the same thousand requests in one process; peers in their fastest ordinary set-up. */
export const decideBench: Bench = {
  name: 'decide',
  summary: 'decisions a CPU second on ten rules, beside CASL, casbin and Cedar in one process',
  settings: { rounds: '5', seconds: '1' },
  run: async (options) => {
    const work = workload();
    const ours = holdfastEngine(work);
    const engines: readonly Engine[] = [
      { name: 'holdfast', decide: ours.decide },
      { name: 'casl', decide: caslEngine(work).decide },
      { name: 'casbin', decide: (await casbinEngine(work)).decide },
      { name: 'cedar', decide: cedarEngine(work).decide },
    ];
    const count = work.requests.length;
    const answers = engines.map(({ decide }) => work.requests.map((_, index) => decide(index)));
    const disagreements = work.requests.filter(
      (_, index) => new Set(answers.map((each) => each[index])).size > 1,
    ).length;
    const permitted = answers[0]?.filter(Boolean).length ?? 0;
    options.log(`${count} requests, ${permitted} permitted, ${disagreements} disagreements`);
    const seconds = numberSetting(decideBench, options, 'seconds');
    const rates = engines.map((): number[] => []);
    for (let round = 0; round < numberSetting(decideBench, options, 'rounds'); round++) {
      engines.forEach(({ name, decide }, at) => {
        const rate = ratePerCpuSecond(decide, count, seconds);
        rates[at]?.push(rate);
        options.log(`round ${round + 1}, ${name}: ${Math.round(rate).toLocaleString('en-US')}`);
      });
    }
    const [holdfast = 0, casl = 0, casbin = 0, cedar = 0] = rates.map(median);
    return {
      figures: {
        'holdfast.decisionsPerCpuSecond': holdfast,
        'casl.decisionsPerCpuSecond': casl,
        'casbin.decisionsPerCpuSecond': casbin,
        'cedar.decisionsPerCpuSecond': cedar,
        'ratio.casl': holdfast / casl,
        'ratio.casbin': holdfast / casbin,
        'ratio.cedar': holdfast / cedar,
        disagreements,
        'requests.permitted': permitted,
        'holdfast.classes': ours.classes,
      },
    };
  },
};

/** CPU time of this process, so that whoever shares the machine hardly matters. */
function ratePerCpuSecond(
  decide: (index: number) => boolean,
  count: number,
  seconds: number,
): number {
  const started = process.cpuUsage();
  let decided = 0;
  let permitted = 0;
  for (;;) {
    // Many decisions between two looks at the clock, which costs as much as some of them.
    for (let index = 0; index < count; index++) if (decide(index)) permitted++;
    decided += count;
    const { user, system } = process.cpuUsage(started);
    const used = (user + system) / 1e6;
    if (used >= seconds) return permitted < 0 ? 0 : decided / used;
  }
}
