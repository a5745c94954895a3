import { err, ok, type Result } from '@holdfast/kernel';
import { DEFAULT_HISTORY_COUNT, MAX_COUNT } from './limits.ts';
import { type DateRange, dateRange } from './search/date-range.ts';
import { badValue, repeated } from './search/search-problems.ts';
import type { SearchProblem } from './search/search-query.ts';

/** What a history request asks for (https://hl7.org/fhir/R4/http.html#history). */
export interface HistoryParameters {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly at?: DateRange;
  readonly cursor?: string;
  /** Parameters that a history does not have: refused under `handling=strict`, else left alone. */
  readonly unknown: readonly string[];
}

type Draft = { -readonly [Key in keyof HistoryParameters]: HistoryParameters[Key] };

const TRANSPORT = new Set(['_format', '_pretty']);

/** @param query a query string with or without `?` */
export function parseHistory(query: string): Result<HistoryParameters, readonly SearchProblem[]> {
  const draft: Draft & { unknown: string[] } = { count: DEFAULT_HISTORY_COUNT, unknown: [] };
  const problems: SearchProblem[] = [];
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (TRANSPORT.has(name)) continue;
    const problem = seen.has(name) ? repeated(name) : read(draft, name, value);
    seen.add(name);
    if (problem !== undefined) problems.push(problem);
  }
  return problems.length > 0 ? err(problems) : ok(draft);
}

function read(
  draft: Draft & { unknown: string[] },
  name: string,
  value: string,
): SearchProblem | undefined {
  switch (name) {
    case '_count': {
      const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
      if (count < 1) return badValue(name, 'a whole number from 1');
      draft.count = Math.min(count, MAX_COUNT);
      return undefined;
    }
    case '_since': {
      const range = dateRange(value);
      if (range === undefined) return badValue(name, 'an instant, e.g. 2026-01-02T03:04:05Z');
      draft.since = range.start;
      return undefined;
    }
    case '_at': {
      const range = dateRange(value);
      if (range === undefined) return badValue(name, 'a date or an instant');
      draft.at = range;
      return undefined;
    }
    case '_cursor':
      draft.cursor = value;
      return undefined;
    default:
      draft.unknown.push(name);
      return undefined;
  }
}
