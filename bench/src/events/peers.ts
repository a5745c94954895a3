import { Logger, makeWorkerUtils, type Runner, run, type WorkerUtils } from 'graphile-worker';
import pg from 'pg';
import PgBoss from 'pg-boss';
import type { QueueSubject } from './queue-subject.ts';

/** Jobs side by side: more gained nothing on two cores. */
const CONCURRENCY = 10;
const QUEUE = 'bench';

/** A line a job is not what is measured. */
const silent = new Logger(() => () => undefined);

interface Payload {
  readonly key: number;
}

/** graphile-worker with its local queue, which its authors advise for throughput. */
export async function graphileWorker(url: string): Promise<QueueSubject> {
  const utils: WorkerUtils = await makeWorkerUtils({ connectionString: url, logger: silent });
  await utils.migrate();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  let runner: Runner | undefined;
  return {
    name: 'graphileWorker',
    async start(handled) {
      runner = await run({
        connectionString: url,
        concurrency: CONCURRENCY,
        noHandleSignals: true,
        logger: silent,
        preset: { worker: { concurrentJobs: CONCURRENCY, localQueue: { size: 500 } } },
        taskList: { [QUEUE]: async (payload) => handled((payload as Payload).key) },
      });
    },
    async append(key) {
      await utils.addJob(QUEUE, { key });
    },
    async prefill(count) {
      await pool.query(
        `select graphile_worker.add_job('${QUEUE}', json_build_object('key', n))
           from generate_series(0, $1::int - 1) n`,
        [count],
      );
    },
    async stop() {
      await runner?.stop();
      await utils.release();
      await pool.end();
    },
  };
}

/** pg-boss 10: it has no push, so it polls, here as often as it may. */
export async function pgBoss(url: string): Promise<QueueSubject> {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    name: 'pgBoss',
    async start(handled) {
      const options = { batchSize: 500, pollingIntervalSeconds: 0.5 };
      await boss.work<Payload>(QUEUE, options, async (jobs) => {
        for (const { data } of jobs) handled(data.key);
      });
    },
    async append(key) {
      await boss.send(QUEUE, { key });
    },
    async prefill(count) {
      const jobs = Array.from({ length: count }, (_, key) => ({ name: QUEUE, data: { key } }));
      for (let at = 0; at < jobs.length; at += 1_000) await boss.insert(jobs.slice(at, at + 1_000));
    },
    async stop() {
      await boss.stop({ graceful: false, wait: true });
    },
  };
}
