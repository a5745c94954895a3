import type { Overview } from '@holdfast/api-contract';

/** One strip of a chart: a series with its own scale. */
export interface Strip {
  readonly label: string;
  readonly tone: 'accent' | 'watch' | 'bad';
  readonly values: readonly number[];
}

export interface ChartData {
  /** Unix seconds, ascending; one per value. */
  readonly seconds: readonly number[];
  readonly strips: readonly Strip[];
}

/** The last minute of requests: each value belongs to the whole second that ended before `at`. */
export function requestChart({ at, requests }: Overview): ChartData {
  const running = Math.floor(Date.parse(at) / 1_000);
  const count = requests.perSecond.length;
  return {
    seconds: requests.perSecond.map((_, i) => running - count + i),
    strips: [
      { label: 'Requests', tone: 'accent', values: requests.perSecond },
      { label: 'Denied', tone: 'watch', values: requests.deniedPerSecond },
      { label: 'Failed', tone: 'bad', values: requests.failedPerSecond },
    ],
  };
}

export type CursorKey = 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End' | 'PageUp' | 'PageDown';

const STEP: Readonly<Record<CursorKey, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export const isCursorKey = (key: string): key is CursorKey => key in STEP;

/** Where a key moves the cursor; the first key press puts it on the newest value. */
export function moveCursor(index: number | undefined, key: CursorKey, count: number): number {
  const last = Math.max(0, count - 1);
  if (index === undefined) return key === 'Home' ? 0 : last;
  return Math.min(last, Math.max(0, index + STEP[key]));
}

/** The values at one index in words, e.g. `Requests 42, Denied 1, Failed 0`. */
export function readout(data: ChartData, index: number): string {
  return data.strips.map(({ label, values }) => `${label} ${values[index] ?? 0}`).join(', ');
}

/** Upper end of a strip's axis: the next of 1, 2, 5 × 10ⁿ, so that it rarely jumps. */
export function niceCeiling(values: readonly number[]): number {
  const peak = Math.max(1, ...values);
  const magnitude = 10 ** Math.floor(Math.log10(peak));
  const step = [1, 2, 5, 10].find((candidate) => candidate * magnitude >= peak) ?? 10;
  return step * magnitude;
}
