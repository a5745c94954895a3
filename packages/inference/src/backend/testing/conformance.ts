import { expect, it } from 'vitest';
import type { BackendIncident, InferenceBackend, InferenceRequest } from '../inference-backend.ts';

/** What a back end's server, or child, can be made to do. */
export type BackendFault =
  | 'slow'
  | 'hang'
  | 'busy-429'
  | 'busy-503'
  | 'malformed'
  | 'wrong-version'
  | 'half-closed'
  | 'error-500';

export interface BackendUnderTest {
  readonly backend: InferenceBackend & { stop(): Promise<void> };
  /** From the next call on; null: it is well again. */
  readonly fail: (fault: BackendFault | null) => void;
  /** One that it can answer; the number makes answers differ. */
  readonly request: (nth: number) => InferenceRequest;
  /** Of what it is to answer then. */
  readonly expected: (nth: number) => object;
  readonly close: () => Promise<void>;
}

/** Long enough for a busy machine: what is tested is that the call settles, not when. */
const LONG = { deadlineMs: 20_000 };
const SHORT = { deadlineMs: 300 };

const KIND_OF: Readonly<Record<Exclude<BackendFault, 'slow' | 'hang'>, string>> = {
  'busy-429': 'saturated',
  'busy-503': 'saturated',
  malformed: 'scorer-failed',
  'wrong-version': 'scorer-failed',
  'half-closed': 'exited',
  'error-500': 'scorer-failed',
};

async function withBackend(
  open: () => Promise<BackendUnderTest>,
  work: (under: BackendUnderTest) => Promise<void>,
): Promise<void> {
  const under = await open();
  try {
    await work(under);
  } finally {
    await under.backend.stop();
    await under.close();
  }
}

/** What every back end has to do, whatever runs behind it; `faults`: those it can be made to have. */
export function conforms(
  open: () => Promise<BackendUnderTest>,
  faults: readonly BackendFault[],
): void {
  it('answers each of several calls at once with its own answer, under the model’s name', async () => {
    await withBackend(open, async ({ backend, request, expected }) => {
      // The first one alone: a pool may still have to start.
      expect(await backend.infer(request(0), LONG)).toMatchObject({ ok: true, value: expected(0) });
      const answers = await Promise.all([1, 2].map((nth) => backend.infer(request(nth), LONG)));
      expect(answers).toMatchObject([1, 2].map((nth) => ({ ok: true, value: expected(nth) })));
    });
  });

  it('says of a model it does not have that it is unknown', async () => {
    await withBackend(open, async ({ backend, request }) => {
      const model = { id: 'nobody-has-this', version: '1' };
      const answer = await backend.infer({ ...request(0), model }, LONG);
      expect(answer).toEqual({ ok: false, error: { kind: 'model-unknown' } });
    });
  });

  it('settles at once where it is stopped before the call, or has been stopped itself', async () => {
    await withBackend(open, async ({ backend, request }) => {
      const aborted = { ...LONG, signal: AbortSignal.abort() };
      expect(await backend.infer(request(0), aborted)).toEqual({
        ...{ ok: false, error: { kind: 'aborted' } },
      });
      await backend.stop();
      expect(await backend.infer(request(0), LONG)).toMatchObject({ error: { kind: 'stopped' } });
    });
  });

  it.skipIf(!faults.includes('hang'))(
    'settles by the deadline, and on a stop, over a server that never answers',
    async () => {
      await withBackend(open, async ({ backend, request, expected, fail }) => {
        await backend.infer(request(0), LONG);
        fail('hang');
        expect(await backend.infer(request(1), SHORT)).toMatchObject({
          error: { kind: 'deadline-exceeded' },
        });
        const stop = new AbortController();
        const call = backend.infer(request(2), { ...LONG, signal: stop.signal });
        setImmediate(() => stop.abort());
        expect(await call).toMatchObject({ error: { kind: 'aborted' } });
        fail(null);
        expect(await backend.infer(request(3), LONG)).toMatchObject({ value: expected(3) });
      });
    },
  );

  it.skipIf(!faults.includes('slow'))('waits for a slow one as long as there is time', async () => {
    await withBackend(open, async ({ backend, request, expected, fail }) => {
      fail('slow');
      expect(await backend.infer(request(0), LONG)).toMatchObject({ value: expected(0) });
    });
  });

  const failing = faults.filter((fault) => fault !== 'slow' && fault !== 'hang');
  it.each(failing)(
    'answers %s as the failure that it is, and the next call well',
    async (fault) => {
      await withBackend(open, async ({ backend, request, expected, fail }) => {
        await backend.infer(request(0), LONG);
        fail(fault);
        const answer = await backend.infer(request(1), LONG);
        expect(answer).toMatchObject({ ok: false, error: { kind: KIND_OF[fault] } });
        fail(null);
        expect(await backend.infer(request(2), LONG)).toMatchObject({ value: expected(2) });
      });
    },
  );

  it.skipIf(!faults.includes('half-closed'))(
    'leaves one alone that fails again and again, tells of it, and of its recovery',
    async () => {
      await withBackend(open, async ({ backend, request, expected, fail }) => {
        await backend.infer(request(0), LONG);
        const incidents: BackendIncident[] = [];
        backend.onFailure((incident) => incidents.push(incident));
        const recovered = new Promise<void>((resolve) => {
          backend.onRecovered(resolve);
        });
        fail('half-closed');
        let kind = '';
        for (let nth = 1; kind !== 'breaker-open'; nth++) {
          const answer = await backend.infer(request(nth), LONG);
          kind = answer.ok ? '' : answer.error.kind;
          expect(nth).toBeLessThan(50);
        }
        expect(incidents.map((incident) => incident.kind)).toContain('exited');
        expect(incidents.at(-1)?.kind).toBe('breaker-opened');
        fail(null);
        // The cool-down is a limit of the back end's own; nothing tells its end but a call that goes well.
        let answer = await backend.infer(request(60), LONG);
        while (!answer.ok) {
          await new Promise((resolve) => setImmediate(resolve));
          answer = await backend.infer(request(60), LONG);
        }
        expect(answer).toMatchObject({ value: expected(60) });
        await recovered;
      });
    },
  );
}
