import type pg from 'pg';
import { closedLoop } from '../closed-loop.ts';
import type { CpuReading } from '../process-cpu.ts';
import { median, quantile } from '../quantile.ts';
import { walPosition } from './stage.ts';

/** As many callers as the peers were measured with. */
export const CONCURRENCY = 8;
const SETTLE_POLL_MS = 250;
const SETTLE_TIMEOUT_MS = 15_000;
/** Below this share of one core the consumers of the last round have caught up. */
const SETTLED_SHARE = 0.1;

/** One thing whose requests are measured. */
export interface Subject {
  /** Prefix of its figures, e.g. `create`. */
  readonly name: string;
  readonly ask: () => Promise<void>;
  readonly cpu: () => CpuReading;
}

export interface LoadPlan {
  readonly admin: pg.Client;
  readonly rounds: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/**
 * Requests a second, latency, CPU and WAL a request of each subject: a warm-up, then rounds in
 * turn, so that a busy moment of the machine hits all of them; medians over the rounds.
 */
export async function measureLoad(
  plan: LoadPlan,
  subjects: readonly Subject[],
): Promise<Record<string, number>> {
  for (const { ask } of subjects) await closedLoop(CONCURRENCY, (plan.seconds * 1000) / 2, ask);
  const samples = new Map<string, number[]>();
  for (let round = 1; round <= plan.rounds; round++) {
    for (const subject of subjects) {
      const figures = await oneRound(plan, subject);
      plan.log(`round ${round} of ${plan.rounds}: ${subject.name} ${format(figures)}`);
      for (const [name, value] of Object.entries(figures)) {
        const key = `${subject.name}.${name}`;
        samples.set(key, [...(samples.get(key) ?? []), value]);
      }
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}

async function oneRound(plan: LoadPlan, subject: Subject): Promise<Record<string, number>> {
  await settle(subject.cpu);
  const wal = await walPosition(plan.admin);
  const before = subject.cpu();
  const { requests, seconds, latencies } = await closedLoop(
    CONCURRENCY,
    plan.seconds * 1000,
    subject.ask,
  );
  const after = subject.cpu();
  return {
    cpuMs: (total(after) - total(before)) / requests,
    serverCpuMs: (after.server - before.server) / requests,
    walBytes: ((await walPosition(plan.admin)) - wal) / requests,
    rps: requests / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Waits until what the last round left to do in the background is done. */
export async function settle(cpu: () => CpuReading): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  for (let before = total(cpu()); performance.now() < deadline; before = total(cpu())) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
    if (total(cpu()) - before <= SETTLE_POLL_MS * SETTLED_SHARE) return;
  }
}

const total = ({ server, database }: CpuReading) => server + database;

const format = (figures: Record<string, number>) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ');
