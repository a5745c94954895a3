import type { PatientId, TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { BackendFailure } from '../backend/inference-backend.ts';
import { type OrchestratorLimits, orchestratorLimits, type SchedulerLimits } from '../limits.ts';
import type { FailureReport } from './failure-report.ts';
import { InferenceOrchestrator } from './inference-orchestrator.ts';
import type { InferenceRecord } from './inference-record.ts';
import { critical, phq9Job } from './testing/jobs.ts';
import { ScriptedBackend } from './testing/scripted-backend.ts';
import { settled, VirtualTime } from './testing/virtual-time.ts';

function bench(change: Partial<SchedulerLimits> = {}) {
  const scheduler = { ...orchestratorLimits.scheduler, ...change };
  const limits: OrchestratorLimits = { ...orchestratorLimits, scheduler };
  const time = new VirtualTime();
  const backend = new ScriptedBackend();
  const reports: FailureReport[] = [];
  const orchestrator = new InferenceOrchestrator({
    backend,
    clock: time,
    timers: time,
    limits,
    onReport: (report) => reports.push(report),
  });
  return { time, backend, reports, orchestrator };
}

describe('an answered job', () => {
  it('leaves a record that names model, rung, tier, inputs, consent and times', async () => {
    const { orchestrator, backend, time, reports } = bench();
    const answer = orchestrator.submit(phq9Job('a', critical));
    await time.pass(7);
    backend.score('a');
    const record = await answer;
    expect(record).toMatchObject({
      id: 'a',
      tenant: 1,
      patientId: 'patient-of-a',
      pipeline: { id: 'phq-9', version: '1' },
      purpose: 'TREAT',
      consent: { decision: 'd-1', policyVersion: '7', epoch: '3' },
      tier: 0,
      tierDecision: { policy: 'holdfast-default@2', contributions: [{ tier: 0 }] },
      arrivedAt: '2026-11-24T12:00:00.000Z',
      dispatchedAt: '2026-11-24T12:00:00.000Z',
      finishedAt: '2026-11-24T12:00:00.007Z',
      deadlineAt: '2026-11-24T12:00:02.000Z',
      queueWaitMs: 0,
      latencyMs: 7,
      model: { id: 'phq-9', version: '1' },
      inputs: [{ reference: 'QuestionnaireResponse/q', version: '1' }],
      outcome: 'answered',
      rung: 'backend',
      degraded: false,
      reason: null,
      output: { score: 'phq-9@1', lowerBound: 2 },
      attempts: [{ rung: 'backend', component: 'scripted', outcome: 'answered', durationMs: 7 }],
    });
    expect(record.inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(record.artifactSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(reports).toEqual([]);
    expect(time.armed).toBe(0);
  });
});

describe('the degrade ladder', () => {
  it.each<[BackendFailure, FailureReport['cause']]>([
    [{ kind: 'exited', code: null, signal: 'SIGKILL' }, 'inference-backend-exited'],
    [{ kind: 'deadline-exceeded' }, 'inference-deadline-exceeded'],
    [{ kind: 'breaker-open' }, 'inference-breaker-open'],
    [{ kind: 'scorer-failed', text: 'RangeError' }, 'inference-backend-error'],
  ])(
    'answers in process when the back end fails with %o, and reports whom it hit',
    async (failure, cause) => {
      const { orchestrator, backend, reports, time } = bench();
      const answer = orchestrator.submit(phq9Job('a', critical));
      backend.fail('a', failure);
      expect(await answer).toMatchObject({
        outcome: 'answered',
        rung: 'in-process',
        degraded: true,
        reason: `backend-${failure.kind}`,
        output: { lowerBound: 2 },
        attempts: [{ outcome: failure.kind }, { rung: 'in-process', outcome: 'answered' }],
      });
      expect(reports).toEqual([
        {
          cause,
          component: 'scripted',
          tenant: 1,
          patients: ['patient-of-a'],
          tier: 0,
          at: time.now(),
        },
      ]);
    },
  );

  it('answers before the deadline when the back end accepts and never answers, once', async () => {
    const { orchestrator, backend, reports, time } = bench();
    const answer = orchestrator.submit(phq9Job('a', { ...critical, mode: 'interactive' }));
    await time.pass(475);
    const record = await answer;
    expect(record).toMatchObject({ rung: 'in-process', reason: 'deadline-while-running' });
    expect(record.latencyMs).toBe(475);
    backend.fail('a', { kind: 'deadline-exceeded' });
    await settled();
    expect(reports.map((report) => report.cause)).toEqual(['inference-deadline-exceeded']);
  });

  it('never shows what is no number, or names another model', async () => {
    const { orchestrator, backend } = bench();
    const well = { evaluable: true, total: 1, band: '', parts: [], flags: [], signals: [] };
    const first = orchestrator.submit(phq9Job('a', critical));
    backend.answer('a', { ...well, score: 'phq-9@1', lowerBound: Number.NaN });
    expect(await first).toMatchObject({ rung: 'in-process', reason: 'backend-scorer-failed' });
    const second = orchestrator.submit(phq9Job('b', critical));
    backend.answer('b', { ...well, score: 'news2@1', lowerBound: 1 });
    expect(await second).toMatchObject({ rung: 'in-process', output: { score: 'phq-9@1' } });
  });

  it('answers under the name of the score that answered', async () => {
    const { orchestrator, backend } = bench();
    const model = { id: 'phq-9-trajectory', version: '4' };
    const answer = orchestrator.submit(phq9Job('a', { model }));
    backend.fail('a', { kind: 'model-unknown' });
    expect(await answer).toMatchObject({ model: { id: 'phq-9', version: '1' } });
  });

  it('says that there is no result where no rung can answer', async () => {
    const { orchestrator, backend } = bench();
    const answer = orchestrator.submit(phq9Job('a', { input: { answers: { '44250-9': 9 } } }));
    backend.fail('a', { kind: 'breaker-open' });
    expect(await answer).toMatchObject({ outcome: 'failed', rung: 'none', output: null });
  });
});

describe('long work', () => {
  it('goes on where it yielded, after what is more urgent', async () => {
    const { orchestrator, backend } = bench();
    const chunked = { requestedPriority: 'background', chunkMs: 20 };
    const long = orchestrator.submit(phq9Job('long', chunked));
    const urgent = orchestrator.submit(phq9Job('urgent'));
    expect(backend.started).toEqual(['long']);
    backend.fail('long', { kind: 'yielded', progress: 'half', leftMs: 20 });
    await settled();
    expect(backend.started).toEqual(['long', 'urgent']);
    backend.score('urgent');
    await urgent;
    expect(backend.calls.at(-1)?.request).toMatchObject({ id: 'long', progress: 'half' });
    backend.score('long');
    expect((await long).attempts.map(({ outcome }) => outcome)).toEqual(['yielded', 'answered']);
  });
});

describe('overload', () => {
  it('refuses lower tiers with a hint and reports it; tier 0 is answered all the same', async () => {
    const tiny = {
      waiting: 0,
      waitingPerTenant: 0,
      waitCapMs: null,
      floorShare: 0,
      degradedPerSecond: 0,
    };
    const { orchestrator, reports } = bench({
      tiers: { 0: { ...tiny, degradedPerSecond: null }, 1: tiny, 2: tiny, 3: tiny },
    });
    const [refused, answered] = await Promise.all([
      orchestrator.submit(phq9Job('a')),
      orchestrator.submit(phq9Job('b', critical)),
    ]);
    expect(refused).toMatchObject({ outcome: 'refused', retryAfterMs: 1_000, output: null });
    expect(answered).toMatchObject({ outcome: 'answered', rung: 'in-process' });
    expect(reports.map((report) => report.cause)).toEqual([
      'inference-overloaded',
      'inference-overloaded',
    ]);
  });

  it('starts the critical job before the ones that came first', async () => {
    const { orchestrator, backend, time } = bench();
    for (const id of ['a', 'b', 'c']) void orchestrator.submit(phq9Job(id));
    void orchestrator.submit(phq9Job('d', critical));
    await time.pass(0);
    expect(backend.started).toEqual(['a', 'd']);
  });

  it('stops lower work for tier 0 where that is allowed, and runs it again', async () => {
    const { orchestrator, backend, time } = bench({
      reserve: { least: 0, most: 0, waitShare: 0.01 },
      preemptedShare: 0.1,
    });
    const answers = ['a', 'b'].map((id) => orchestrator.submit(phq9Job(id)));
    await time.pass(1);
    const urgent = orchestrator.submit(phq9Job('c', critical));
    await time.pass(1);
    backend.score('c');
    await time.pass(0);
    for (const id of ['a', 'b']) backend.score(id);
    const records = await Promise.all([urgent, ...answers]);
    expect(records.map((record) => record.rung)).toEqual(['backend', 'backend', 'backend']);
    const outcomes = records.flatMap((record) => record.attempts.map((one) => one.outcome));
    expect(outcomes.toSorted()).toEqual(['aborted', 'answered', 'answered', 'answered']);
  });
});

describe('consent', () => {
  it('revoked while a job waits: it never reaches the back end', async () => {
    const { orchestrator, backend, time } = bench();
    void orchestrator.submit(phq9Job('a'));
    const waiting = orchestrator.submit(phq9Job('b'));
    const patientId = 'patient-of-b' as PatientId;
    orchestrator.cancelPatient(1 as TenantId, patientId, 'consent-revoked');
    expect(await waiting).toMatchObject({ outcome: 'cancelled', reason: 'consent-revoked' });
    backend.score('a');
    await time.pass(0);
    expect(backend.started).toEqual(['a']);
  });

  it('does not touch a patient of the same name in another tenant', async () => {
    const { orchestrator, backend } = bench();
    const answer = orchestrator.submit(phq9Job('a'));
    orchestrator.cancelPatient(2 as TenantId, 'patient-of-a' as PatientId, 'consent-revoked');
    backend.score('a');
    expect(await answer).toMatchObject({ outcome: 'answered' });
  });

  it('gone at dispatch, after a wait: nothing is sent', async () => {
    const { orchestrator, backend, time } = bench();
    void orchestrator.submit(phq9Job('first'));
    const moments: string[] = [];
    const consentHolds = (moment: string) => {
      moments.push(moment);
      return Promise.resolve(false);
    };
    const answer = orchestrator.submit(phq9Job('a', { consentHolds }));
    await time.pass(1);
    backend.score('first');
    expect(await answer).toMatchObject({ outcome: 'cancelled', reason: 'consent-withdrawn' });
    expect(backend.started).toEqual(['first']);
    expect(moments).toEqual(['dispatch']);
  });

  it('that can not be asked counts as gone', async () => {
    const { orchestrator, backend } = bench();
    const consentHolds = () => Promise.reject(new Error('no database'));
    const answer = orchestrator.submit(phq9Job('a', { consentHolds }));
    backend.score('a');
    expect(await answer).toMatchObject({ outcome: 'cancelled', output: null });
  });

  it('that changed is asked about at once for what waits, of that patient alone', async () => {
    const { orchestrator, backend } = bench();
    const consentHolds = () => false;
    void orchestrator.submit(phq9Job('first'));
    const answer = orchestrator.submit(phq9Job('a', { consentHolds }));
    const other = orchestrator.submit(phq9Job('b'));
    await orchestrator.recheckConsent(1 as TenantId, 'patient-of-a' as PatientId);
    expect(await answer).toMatchObject({ outcome: 'cancelled', reason: 'consent-withdrawn' });
    backend.score('first');
    await settled();
    backend.score('b');
    expect(await other).toMatchObject({ outcome: 'answered' });
  });

  it('gone while it ran: the result is not released, on no rung', async () => {
    const { orchestrator, backend } = bench();
    let holds = true;
    const job = (id: string) => phq9Job(id, { ...critical, consentHolds: () => holds });
    const [first, second] = [orchestrator.submit(job('a')), orchestrator.submit(job('b'))];
    holds = false;
    backend.score('a');
    backend.fail('b', { kind: 'breaker-open' });
    for (const record of await Promise.all([first, second])) {
      expect(record).toMatchObject({ outcome: 'cancelled', output: null, rung: 'none' });
    }
  });
});

describe('the snapshot', () => {
  it('counts each tier and shows the oldest wait and the latencies', async () => {
    const { orchestrator, backend, time } = bench();
    const first = orchestrator.submit(phq9Job('a'));
    void orchestrator.submit(phq9Job('b'));
    await time.pass(30);
    expect(orchestrator.snapshot()[2]).toMatchObject({ waiting: 1, running: 1, oldestWaitMs: 30 });
    backend.score('a');
    await first;
    await time.pass(0);
    backend.fail('b', { kind: 'breaker-open' });
    await settled();
    expect(orchestrator.snapshot()[2]).toEqual({
      waiting: 0,
      running: 0,
      completed: 2,
      degraded: 1,
      refused: 0,
      cancelled: 0,
      failed: 0,
      oldestWaitMs: 0,
      p50Ms: 30,
      p99Ms: 30,
    });
  });
});

describe('a failing back end that hits nobody', () => {
  it('is reported without a patient', () => {
    const { backend, reports, time } = bench();
    const at = time.now();
    backend.tell({ kind: 'exited', component: 'scripted', requests: [], at });
    backend.tell({ kind: 'exited', component: 'scripted', requests: ['a'], at });
    expect(reports).toEqual([
      {
        cause: 'inference-backend-exited',
        component: 'scripted',
        tenant: null,
        patients: [],
        tier: null,
        at,
      },
    ]);
  });
});

describe('stopping', () => {
  it('settles what is open and takes no more', async () => {
    const { orchestrator, time } = bench();
    const open = ['a', 'b'].map((id) => orchestrator.submit(phq9Job(id)));
    orchestrator.stop();
    const records: InferenceRecord[] = await Promise.all(open);
    records.push(await orchestrator.submit(phq9Job('c', critical)));
    for (const record of records) {
      expect(record).toMatchObject({ outcome: 'cancelled', reason: 'stopped' });
    }
    expect(time.armed).toBe(0);
  });
});
