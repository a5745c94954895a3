import { afterEach, describe, expect, it } from 'vitest';
import { ChildPool } from '../backend/child-pool.ts';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { childPoolLimits } from '../limits.ts';
import type { FailureReport } from './failure-report.ts';
import { InferenceOrchestrator } from './inference-orchestrator.ts';
import { critical, phq9Job } from './testing/jobs.ts';

const program = {
  entry: new URL('../backend/testing/child-with-faults.ts', import.meta.url),
  execArgv: ['--conditions=@holdfast/source', '--import', 'tsx'],
};

describe('kill -9 of the scoring process while it works for a critical patient', () => {
  const pool = new ChildPool({ program, limits: { ...childPoolLimits, children: 1, spares: 0 } });
  afterEach(() => pool.stop());

  it('the patient gets the deterministic answer, and the report names cause and patient', async () => {
    const reports: FailureReport[] = [];
    // Time enough for a slow machine: the kill, not the deadline, must end the run.
    const long = { interactive: 25_000, asynchronous: 25_000 };
    const orchestrator = new InferenceOrchestrator({
      backend: pool,
      tierPolicy: {
        ...defaultTierPolicy,
        deadlineMs: { ...defaultTierPolicy.deadlineMs, 0: long },
      },
      onReport: (report) => reports.push(report),
    });
    const hanging = { ...critical, model: { id: 'hang', version: '1' } };
    const answer = orchestrator.submit(phq9Job('a', hanging));
    for (;;) {
      const busy = pool.status().children.find((child) => child.state === 'busy');
      if (busy?.pid !== undefined && busy.pid !== null) {
        process.kill(busy.pid, 'SIGKILL');
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toMatchObject({
      outcome: 'answered',
      rung: 'in-process',
      degraded: true,
      reason: 'backend-exited',
      model: { id: 'phq-9', version: '1' },
      output: { lowerBound: 2 },
    });
    expect(reports).toMatchObject([
      { cause: 'inference-backend-exited', patients: ['patient-of-a'], tier: 0 },
    ]);
    expect(orchestrator.snapshot()[0]).toMatchObject({ completed: 1, degraded: 1, running: 0 });
    orchestrator.stop();
  });
});
