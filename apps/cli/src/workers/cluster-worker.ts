import cluster from 'node:cluster';
import type { RunningServer } from '@holdfast/server';
import type { Worker } from './supervisor.ts';

/** What a process says about itself once it serves. */
export type ServingFacts = Pick<RunningServer, 'url' | 'developmentSignIn' | 'openIdIssuer'>;

/** In the environment of a process: its number among those of one `serve --workers`. */
export const WORKER_NUMBER = 'HOLDFAST_WORKER';

// Each process accepts for itself when it has time. Dealt out in turn by the one that started them, a
// connection on its way to a process that is killed would be left open and never answered.
cluster.schedulingPolicy = cluster.SCHED_NONE;

/** Starts this program with the same arguments once more; it shares the port (node:cluster). */
export function clusterWorker(number: number, databaseUrl: string): Worker<ServingFacts> {
  const worker = cluster.fork({ [WORKER_NUMBER]: String(number), DATABASE_URL: databaseUrl });
  return {
    pid: worker.process.pid ?? 0,
    serving: new Promise((resolve) => worker.once('message', resolve)),
    ended: new Promise((resolve) => worker.once('exit', resolve)),
    signal: (name) => worker.process.kill(name),
  };
}

/** Of this process; undefined where it serves alone. */
export function workerNumber(): number | undefined {
  const number = cluster.isWorker ? Number(process.env[WORKER_NUMBER]) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}

/** Tells who started this process that it serves. */
export function reportServing({ url, developmentSignIn, openIdIssuer }: ServingFacts): void {
  process.send?.({ url, developmentSignIn, openIdIssuer });
}
