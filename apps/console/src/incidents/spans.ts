import type { IncidentDetail } from '@holdfast/api-contract';

export interface Span {
  readonly signal: string;
  /** Milliseconds since the epoch. */
  readonly begins: number;
  readonly ends: number;
}

/** When each failure of an incident lasted, and the time that holds them all. */
export function spansOf(
  causes: IncidentDetail['causes'],
  asOf: string,
): { readonly from: number; readonly until: number; readonly spans: readonly Span[] } {
  const spans = causes.map(({ signal, since, endedAt }) => ({
    signal,
    begins: Date.parse(since),
    ends: Date.parse(endedAt ?? asOf),
  }));
  return {
    from: Math.min(...spans.map(({ begins }) => begins)),
    until: Math.max(...spans.map(({ ends }) => ends)),
    spans,
  };
}
