import { API_CATALOGUE, type LiveSign } from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { RECONNECT_MAX_MS, SILENCE_MAX_MS } from '../limits.ts';
import { demoOverview } from '../testing/demo-overview.ts';
import { reconnectDelay } from './backoff.ts';
import { followForever } from './follow.ts';
import type { LiveAction } from './live-state.ts';

const overview = demoOverview({ atMs: 1_800_000_000_000, startedAtMs: 0, total: 3 });
const snapshot = (id: string): LiveSign => ({ event: 'overview', id, data: overview });
const refusal = (status: number, retryAfterSeconds?: number) =>
  new Fault(
    'REFUSED',
    { ...API_CATALOGUE.API_UNREACHABLE, status },
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );

type Connection = (signal: AbortSignal) => AsyncGenerator<LiveSign>;

/** Follows scripted connections; when they run out the test's signal aborts. */
async function follow(connections: Connection[], silent = false) {
  const stop = new AbortController();
  const actions: LiveAction[] = [];
  const asked: (string | undefined)[] = [];
  const waits: number[] = [];
  await followForever(
    {
      client: {
        followOverview: ({ lastEventId, signal }) => {
          asked.push(lastEventId);
          const next = connections.shift();
          if (connections.length === 0) queueMicrotask(() => stop.abort());
          return next?.(signal ?? stop.signal) ?? (async function* () {})();
        },
      },
      clock: { now: () => new Date(0), monotonicMs: () => 0 },
      draw: () => 0,
      wait: async (ms, signal) => {
        if (ms !== SILENCE_MAX_MS) return void waits.push(ms);
        if (!silent) await new Promise((done) => signal.addEventListener('abort', done));
      },
      dispatch: (action) => void actions.push(action),
    },
    stop.signal,
  );
  return { actions: actions.map(({ type }) => type), asked, waits };
}

const of = (...signs: LiveSign[]): Connection =>
  async function* () {
    yield* signs;
  };
const failing = (fault: Fault): Connection =>
  async function* () {
    yield* [];
    throw fault;
  };

describe('following the live stream', () => {
  it('reconnects after the stream ends and asks for what came after the last id', async () => {
    const { actions, asked } = await follow([
      of(snapshot('7'), snapshot('8')),
      of(snapshot('9')),
      of(),
    ]);
    expect(asked.slice(0, 2)).toEqual([undefined, '8']);
    expect(actions.slice(0, 5)).toEqual(['opened', 'overview', 'overview', 'lost', 'opened']);
  });

  it.each([401, 403])('stops for good at %i', async (status) => {
    const { actions, asked } = await follow([failing(refusal(status)), of(), of()]);
    expect(actions).toEqual(['refused']);
    expect(asked).toHaveLength(1);
  });

  it('waits longer after each failure and starts over after a success', async () => {
    const down = failing(refusal(503));
    const { waits } = await follow([down, down, down, of(snapshot('1')), down, of()]);
    expect(waits).toEqual([500, 1_000, 2_000, 500, 1_000]);
  });

  it('honours the server’s retry hint', async () => {
    const { waits } = await follow([failing(refusal(429, 9)), of(), of()]);
    expect(waits[0]).toBe(9_000);
  });

  it('gives up on a connection that falls silent', async () => {
    const silent: Connection = async function* (signal) {
      yield* [];
      await new Promise((_, reject) => {
        if (signal.aborted) reject(new Error('aborted'));
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const { actions } = await follow([silent, of(), of()], true);
    expect(actions[0]).toBe('lost');
  });

  it('never waits beyond the cap, nor less than half of the step', () => {
    expect(reconnectDelay(30, 0.999)).toBeLessThanOrEqual(RECONNECT_MAX_MS);
    expect(reconnectDelay(0, 0)).toBe(500);
  });
});
