import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { holdfastEvents } from './events/holdfast-events.ts';
import { measureQueue, type QueueFigures } from './events/measure-queue.ts';
import { graphileWorker, pgBoss } from './events/peers.ts';
import type { QueueSubject } from './events/queue-subject.ts';
import { writeCost } from './events/write-cost.ts';
import { quantile } from './quantile.ts';
import { openStage, type Stage } from './server/stage.ts';

/** From commit to consumer, how fast a backlog goes, and what events cost a write. */
export const eventsBench: Bench = {
  name: 'events',
  summary: 'commit to consumer, backlog and the cost to writes, beside graphile-worker and pg-boss',
  settings: { backlog: '20000', singles: '200', rounds: '5', seconds: '4' },
  run: async (options) => {
    const stage = await openStage();
    try {
      const queues = await measureQueues(stage, options);
      const cost = await writeCost(stage, options, {
        rounds: numberSetting(eventsBench, options, 'rounds'),
        seconds: numberSetting(eventsBench, options, 'seconds'),
      });
      const figures = {
        ...queues,
        ...named('write.withEvents', cost.withEvents),
        ...named('write.withoutEvents', cost.withoutEvents),
        writeCost: 1 - cost.withEvents.perSecond / cost.withoutEvents.perSecond,
        ...named('append', cost.append),
      };
      return { figures, postgres: stage.postgres.version };
    } finally {
      await stage.close();
    }
  },
};

const named = (name: string, figures: object): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${name}.${key}`, value]));

async function measureQueues(stage: Stage, options: BenchOptions): Promise<Outcome['figures']> {
  const plan = {
    backlog: numberSetting(eventsBench, options, 'backlog'),
    singles: numberSetting(eventsBench, options, 'singles'),
  };
  const measure = async (
    name: string,
    open: (url: string) => Promise<QueueSubject>,
  ): Promise<QueueFigures> => {
    options.log(`${name}: a backlog of ${plan.backlog}, then ${plan.singles} single events`);
    const subject = await open(await stage.postgres.ensureDatabase(`bench_${name}`));
    try {
      return await measureQueue(subject, plan);
    } finally {
      await subject.stop();
    }
  };
  let findings = { lost: 0, outOfOrder: 0 };
  const ours = await measure('holdfast', async (url) => {
    const subject = await holdfastEvents(url);
    findings = subject.findings;
    return subject;
  });
  const graphile = await measure('graphile', graphileWorker);
  const boss = await measure('boss', pgBoss);
  return {
    'commitToConsumer.p50Ms': quantile(ours.latencies, 0.5),
    'commitToConsumer.p99Ms': quantile(ours.latencies, 0.99),
    'events.perSecond': ours.perSecond,
    lost: findings.lost + ours.missing,
    outOfOrder: findings.outOfOrder,
    repeated: ours.repeated,
    'graphileWorker.p50Ms': quantile(graphile.latencies, 0.5),
    'graphileWorker.p99Ms': quantile(graphile.latencies, 0.99),
    'graphileWorker.perSecond': graphile.perSecond,
    'ratio.graphileWorker': ours.perSecond / graphile.perSecond,
    'pgBoss.p50Ms': quantile(boss.latencies, 0.5),
    'pgBoss.p99Ms': quantile(boss.latencies, 0.99),
    'pgBoss.perSecond': boss.perSecond,
    'ratio.pgBoss': ours.perSecond / boss.perSecond,
  };
}
