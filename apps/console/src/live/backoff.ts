import { RECONNECT_BASE_MS, RECONNECT_MAX_MS } from '../limits.ts';

/**
 * Wait before the nth attempt (from 0) in ms: doubling, capped, with half of it drawn at random so
 * that many open consoles do not return in the same instant.
 * @param draw uniform in [0, 1).
 */
export function reconnectDelay(attempt: number, draw: number, baseMs = RECONNECT_BASE_MS): number {
  const full = Math.min(RECONNECT_MAX_MS, baseMs * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * draw);
}
