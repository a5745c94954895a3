import type { Random } from '@holdfast/kernel';

/** What a group does about a failing event. Delays are milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * What becomes of a stream whose event is beyond its last attempt. `block`: its followers wait for a
 * redrive (clinical order matters). `skip`: the event is set aside and the stream goes on.
 */
export type ExhaustedPolicy = 'block' | 'skip';

export type FailureDecision =
  | { readonly kind: 'retry'; readonly attempts: number; readonly delayMs: number }
  | { readonly kind: 'dead'; readonly attempts: number };

/** A number in [0, 1). */
export function fraction(random: Random): number {
  const bytes = random.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
}

/**
 * Doubling delay with the upper half jittered, so that streams that failed together do not come
 * back together. At least half of the undithered delay, never above `maxDelayMs`.
 *
 * @param attempts how many have failed so far, from 1
 */
export function backoffMs(
  attempts: number,
  bounds: Pick<RetryPolicy, 'firstDelayMs' | 'maxDelayMs'>,
  random: Random,
): number {
  const full = Math.min(bounds.maxDelayMs, bounds.firstDelayMs * 2 ** Math.min(attempts - 1, 40));
  return full / 2 + (full / 2) * fraction(random);
}

/** @param attempts how many have failed, this one included */
export function afterFailure(
  attempts: number,
  policy: RetryPolicy,
  random: Random,
): FailureDecision {
  if (attempts >= policy.maxAttempts) return { kind: 'dead', attempts };
  return { kind: 'retry', attempts, delayMs: backoffMs(attempts, policy, random) };
}

/** A cause in one line: name, SQLSTATE or error code, message; cut to `limit` characters. */
export function reasonOf(error: unknown, limit: number): string {
  if (!(error instanceof Error)) return String(error).slice(0, limit);
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.name}${code}: ${error.message}`.slice(0, limit);
}
