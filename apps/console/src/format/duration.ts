const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in the two largest units that matter: `840 ms`, `4.2 s`, `3 min 20 s`, `5 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return pair(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < 2 * DAY) return pair(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return pair(ms, [DAY, 'd'], [HOUR, 'h']);
}

function pair(ms: number, large: readonly [number, string], small: readonly [number, string]) {
  const rest = Math.floor((ms % large[0]) / small[0]);
  return `${Math.floor(ms / large[0])} ${large[1]}${rest === 0 ? '' : ` ${rest} ${small[1]}`}`;
}

/** A limit or target: no false precision (`1 s`, `5 min`). */
export const formatTarget = (ms: number): string => formatDuration(ms).replace('.0 ', ' ');

/**
 * How long before `asOf` something was. Measured against the snapshot's own clock: a reader's clock
 * may be wrong, and a stale snapshot must not look fresher or staler than it was.
 */
export function formatAge(instant: string, asOf: string): string {
  const ms = Math.max(0, Date.parse(asOf) - Date.parse(instant));
  return ms < SECOND ? 'just now' : `${formatDuration(ms).replace(/^(\d+)\.\d s$/, '$1 s')} ago`;
}
