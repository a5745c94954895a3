import { API_CATALOGUE, type Client, type LiveSign } from '@holdfast/api-contract';
import { type Clock, Fault } from '@holdfast/kernel';
import { SILENCE_MAX_MS } from '../limits.ts';
import { reconnectDelay } from './backoff.ts';
import type { LiveAction } from './live-state.ts';

export interface FollowPorts {
  readonly client: Pick<Client, 'followOverview'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Resolves after `ms`, earlier when waiting longer is pointless, or when `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly dispatch: (action: LiveAction) => void;
}

/** Statuses that no reconnect mends: not signed in, or not allowed. */
const FINAL = new Set([401, 403]);

/** Follows the live stream across breaks until `signal` aborts or the server refuses for good. */
export async function followForever(ports: FollowPorts, signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  let baseMs: number | undefined;
  let attempt = 0;
  const onSign = (sign: LiveSign) => {
    attempt = 0;
    if (sign.event === 'retry') baseMs = sign.afterMs;
    if (sign.event === 'overview') ports.dispatch({ type: 'overview', overview: sign.data });
    if (sign.event === 'signal') ports.dispatch({ type: 'signal', change: sign.data });
    if ('id' in sign && sign.id !== '') lastEventId = sign.id;
  };
  while (!signal.aborted) {
    const fault = await followOnce(ports, { lastEventId, signal, onSign });
    if (signal.aborted) return;
    if (FINAL.has(fault.row.status)) return ports.dispatch({ type: 'refused', fault });
    ports.dispatch({ type: 'lost', at: ports.clock.now().toISOString(), fault });
    const hinted = fault.detail.retryAfterSeconds;
    const delay = reconnectDelay(attempt++, ports.draw(), baseMs);
    await ports.wait(hinted === undefined ? delay : Math.max(delay, hinted * 1_000), signal);
  }
}

interface Following {
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  readonly onSign: (sign: LiveSign) => void;
}

/** One connection, until it ends or falls silent; says why it is over. */
async function followOnce(ports: FollowPorts, following: Following): Promise<Fault> {
  const { lastEventId, signal, onSign } = following;
  const connection = new AbortController();
  const give = () => connection.abort();
  signal.addEventListener('abort', give, { once: true });
  let silence = new AbortController();
  const watch = () => {
    silence.abort();
    silence = new AbortController();
    const current = silence.signal;
    void ports.wait(SILENCE_MAX_MS, current).then(() => {
      if (!current.aborted) connection.abort();
    });
  };
  try {
    watch();
    let opened = false;
    for await (const sign of ports.client.followOverview({
      lastEventId,
      signal: connection.signal,
    })) {
      watch();
      if (!opened) ports.dispatch({ type: 'opened' });
      opened = true;
      onSign(sign);
    }
    return unreachable('The live stream ended.');
  } catch (error) {
    return error instanceof Fault ? error : unreachable('The live stream broke.', error);
  } finally {
    silence.abort();
    signal.removeEventListener('abort', give);
    connection.abort();
  }
}

const unreachable = (diagnostics: string, cause?: unknown): Fault =>
  new Fault('API_UNREACHABLE', API_CATALOGUE.API_UNREACHABLE, { diagnostics, cause });
