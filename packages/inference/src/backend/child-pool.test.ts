import { afterEach, describe, expect, it } from 'vitest';
import { type ChildPoolLimits, childPoolLimits } from '../limits.ts';
import { ChildPool } from './child-pool.ts';
import type { BackendIncident, InferenceRequest } from './inference-backend.ts';
import { defaultProgram } from './scoring-child.ts';

const program = {
  entry: new URL('./testing/child-with-faults.ts', import.meta.url),
  execArgv: ['--conditions=@holdfast/source', '--import', 'tsx'],
};
const LONG = { deadlineMs: 25_000 };
const pools: ChildPool[] = [];

function poolOf(change: Partial<ChildPoolLimits> = {}): ChildPool {
  const limits = { ...childPoolLimits, children: 1, spares: 0, respawnBaseMs: 1, ...change };
  const pool = new ChildPool({ limits, program });
  pools.push(pool);
  return pool;
}

let serial = 0;
function request(id: string, input: unknown = {}): InferenceRequest {
  serial += 1;
  return { id: `call-${serial}`, model: { id, version: '1' }, input };
}

const phq9 = () => request('phq-9', { answers: { '44260-8': 1 }, statedTotal: null });

/** Resolves when the pool reports; the claim under test is that it does. */
const nextIncident = (pool: ChildPool) =>
  new Promise<BackendIncident>((resolve) => {
    const unsubscribe = pool.onFailure((incident) => {
      unsubscribe();
      resolve(incident);
    });
  });

/** The pid of the child that is at work, once there is one. */
async function busyPid(pool: ChildPool): Promise<number> {
  for (;;) {
    const busy = pool.status().children.find((child) => child.state === 'busy');
    if (busy?.pid !== undefined && busy.pid !== null) return busy.pid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

describe('the child pool', () => {
  it('starts no process before it is needed, and scores in one of its own', async () => {
    const pool = poolOf();
    expect(pool.status().children).toEqual([]);
    const answer = await pool.infer(phq9(), LONG);
    expect(answer).toMatchObject({ ok: true, value: { score: 'phq-9@1', lowerBound: 1 } });
    const [child] = pool.status().children;
    expect(child?.state).toBe('idle');
    expect(child?.pid).not.toBe(process.pid);
  });

  it('contains kill -9 in mid-run: the call fails with its cause, the next one is answered', async () => {
    const pool = poolOf();
    const incident = nextIncident(pool);
    const call = request('hang');
    const hanging = pool.infer(call, LONG);
    process.kill(await busyPid(pool), 'SIGKILL');
    expect(await hanging).toEqual({
      ok: false,
      error: { kind: 'exited', code: null, signal: 'SIGKILL' },
    });
    expect(await incident).toMatchObject({ kind: 'exited', requests: [call.id] });
    expect(await pool.infer(phq9(), LONG)).toMatchObject({ ok: true });
    expect(pool.status()).toMatchObject({ deaths: 1, breaker: 'closed' });
  });

  it('fails only the call of the child that was killed', async () => {
    const pool = poolOf({ children: 2 });
    const hanging = pool.infer(request('hang'), LONG);
    const pid = await busyPid(pool);
    const others = [pool.infer(phq9(), LONG), pool.infer(phq9(), LONG)];
    process.kill(pid, 'SIGKILL');
    expect(await hanging).toMatchObject({ ok: false, error: { kind: 'exited' } });
    for (const other of await Promise.all(others)) expect(other.ok).toBe(true);
  });

  it('settles a call at its deadline and replaces the child that never answers', async () => {
    const pool = poolOf();
    await pool.infer(phq9(), LONG);
    const before = pool.status().children[0]?.pid;
    const late = await pool.infer(request('hang'), { deadlineMs: 20 });
    expect(late).toEqual({ ok: false, error: { kind: 'deadline-exceeded' } });
    expect(await pool.infer(phq9(), LONG)).toMatchObject({ ok: true });
    expect(pool.status().children[0]?.pid).not.toBe(before);
  });

  it('opens the breaker after the stated number of deaths and then refuses at once', async () => {
    const pool = poolOf({ deathsToOpen: 2, deathWindowMs: 60_000, coolDownMs: 60_000 });
    const opened = new Promise<BackendIncident>((resolve) => {
      pool.onFailure((incident) => {
        if (incident.kind === 'breaker-opened') resolve(incident);
      });
    });
    for (let i = 0; i < 2; i++) {
      expect(await pool.infer(request('crash'), LONG)).toEqual({
        ok: false,
        error: { kind: 'exited', code: 7, signal: null },
      });
    }
    expect((await opened).component).toBe('inference-child-pool');
    expect(pool.status().breaker).toBe('open');
    expect(await pool.infer(phq9(), LONG)).toEqual({ ok: false, error: { kind: 'breaker-open' } });
  });

  it('says once that it is well again, when a child runs in place of the one that died', async () => {
    const pool = poolOf();
    let recoveries = 0;
    const recovered = new Promise<void>((resolve) => {
      pool.onRecovered(() => {
        recoveries += 1;
        resolve();
      });
    });
    await pool.infer(phq9(), LONG);
    expect(recoveries).toBe(0);
    await pool.infer(request('crash'), LONG);
    await recovered;
    await pool.infer(phq9(), LONG);
    expect(recoveries).toBe(1);
  });

  it('stops a run for more urgent work without counting a death', async () => {
    const pool = poolOf();
    const stop = new AbortController();
    const hanging = pool.infer(request('hang'), { ...LONG, signal: stop.signal });
    await busyPid(pool);
    stop.abort();
    expect(await hanging).toEqual({ ok: false, error: { kind: 'aborted' } });
    expect(await pool.infer(phq9(), LONG)).toMatchObject({ ok: true });
    expect(pool.status().deaths).toBe(0);
  });

  it('bounds the calls that wait for a child', async () => {
    const pool = poolOf({ waitingCalls: 1 });
    const first = pool.infer(phq9(), LONG);
    expect(await pool.infer(phq9(), LONG)).toEqual({ ok: false, error: { kind: 'saturated' } });
    expect(await first).toMatchObject({ ok: true });
  });

  it('tells a broken model and an unknown one from a broken process, without quoting input', async () => {
    const pool = poolOf();
    expect(await pool.infer(request('throw'), LONG)).toEqual({
      ok: false,
      error: { kind: 'scorer-failed', text: 'RangeError' },
    });
    expect(await pool.infer(request('nonesuch'), LONG)).toEqual({
      ok: false,
      error: { kind: 'model-unknown' },
    });
    expect(await pool.infer(request('phq-9', { answers: { '44260-8': 9 } }), LONG)).toMatchObject({
      error: { kind: 'scorer-failed' },
    });
    expect(pool.status().deaths).toBe(0);
  });

  it('leaves no process behind when it stops, and settles what was in flight', async () => {
    const pool = poolOf();
    const hanging = pool.infer(request('hang'), LONG);
    const pid = await busyPid(pool);
    await pool.stop();
    expect(await hanging).toEqual({ ok: false, error: { kind: 'stopped' } });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await pool.infer(phq9(), LONG)).toEqual({ ok: false, error: { kind: 'stopped' } });
  });
});

describe('the shipped child program', () => {
  it('scores when run from this tree', async () => {
    const shipped = { entry: defaultProgram().entry, execArgv: program.execArgv };
    const pool = new ChildPool({ program: shipped });
    pools.push(pool);
    expect(await pool.infer(phq9(), LONG)).toMatchObject({ ok: true });
  });

  it('passes the host flags on, but no debugger port', () => {
    expect(defaultProgram().execArgv.some((flag) => flag.startsWith('--inspect'))).toBe(false);
    expect(defaultProgram().entry.pathname).toMatch(/\/backend\/child\.ts$/);
  });
});
