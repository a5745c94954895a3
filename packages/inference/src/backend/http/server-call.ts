import { type Clock, err, ok, type Result, type Timers } from '@holdfast/kernel';
import type { BackendFailure, InferOptions } from '../inference-backend.ts';

export interface HttpRequest {
  readonly url: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an answer is read from: JSON of a bounded size. */
export interface HttpAnswer {
  readonly body: unknown;
}

/** No answer of a model for one patient is larger. Bytes. */
const ANSWER_BYTES_MAX = 1_048_576;

/**
 * One POST that settles by its deadline whatever the server does, and closes its connection then, which
 * is how these protocols are told to stop. Never throws; an answer that is none names why.
 */
export async function callServer(
  request: HttpRequest,
  { deadlineMs, signal }: InferOptions,
  { timers, clock }: { readonly timers: Timers; readonly clock: Clock },
): Promise<Result<HttpAnswer, BackendFailure>> {
  if (signal?.aborted === true) return err({ kind: 'aborted' });
  const stop = new AbortController();
  let why: 'deadline-exceeded' | 'aborted' | null = null;
  const giveUp = (kind: 'deadline-exceeded' | 'aborted') => (): void => {
    why ??= kind;
    stop.abort();
  };
  const cancelDeadline = timers.after(deadlineMs, giveUp('deadline-exceeded'));
  const abort = giveUp('aborted');
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: { ...request.headers, accept: 'application/json' },
      body: request.body,
      signal: stop.signal,
      redirect: 'error',
    });
    const text = await bounded(response);
    if (text === null) return err({ kind: 'scorer-failed', text: 'the answer is too large' });
    return response.ok ? parsed(text) : err(refusalOf(response, clock));
  } catch {
    // What fetch throws may quote the address, which may hold a credential.
    return err(why === null ? { kind: 'exited', code: null, signal: null } : { kind: why });
  } finally {
    cancelDeadline();
    signal?.removeEventListener('abort', abort);
  }
}

/** Null where it is longer than any answer. */
async function bounded(response: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const part of response.body ?? []) {
    const chunk = part as Uint8Array; // what a response's body is made of
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(text: string): Result<HttpAnswer, BackendFailure> {
  try {
    return ok({ body: JSON.parse(text) as unknown });
  } catch {
    return err({ kind: 'scorer-failed', text: 'the answer is no JSON' });
  }
}

function refusalOf(response: Response, clock: Clock): BackendFailure {
  const { status } = response;
  if (status === 404) return { kind: 'model-unknown' };
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), clock.now());
    return { kind: 'saturated', ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  }
  return { kind: 'scorer-failed', text: `the server answered ${status}` };
}

/** RFC 9110 section 10.2.3: seconds, or a date. Milliseconds; null for neither. */
function retryAfterOf(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
