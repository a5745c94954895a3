import { systemClock, systemTimers } from '@holdfast/kernel';
import type { Installation } from '@holdfast/server';
import { welcome } from '../commands/welcome.ts';
import { clusterWorker } from './cluster-worker.ts';
import { FirstStartFailed, Supervisor } from './supervisor.ts';

export interface WorkersPlan {
  readonly workers: number;
  readonly installation: Installation;
  readonly startedMs: number;
  readonly say: (line: string) => void;
}

/** Serves by several processes on one port until it is told to stop; then all finish what they serve. */
export async function serveByWorkers(plan: WorkersPlan): Promise<void> {
  const { workers, installation, say } = plan;
  const supervisor = new Supervisor({
    workers,
    start: (number) => clusterWorker(number, installation.databaseUrl),
    clock: systemClock,
    timers: systemTimers,
    onServing: (number, pid) => say(`Process ${number} of ${workers} serves (pid ${pid})`),
    onEnded: (number, pid) =>
      say(`Process ${number} ended by itself (pid ${pid}): starting it again`),
  });
  const end = async (status: number): Promise<never> => {
    await supervisor.stop();
    await installation.close();
    process.exit(status);
  };
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stderr.write('\nStopping: requests in flight finish first.\n');
    void end(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const facts = await supervisor.start();
    const seconds = ((performance.now() - plan.startedMs) / 1_000).toFixed(1);
    process.stderr.write(welcome(facts, seconds));
  } catch (error) {
    await end(error instanceof FirstStartFailed ? error.status : 1);
  }
}
