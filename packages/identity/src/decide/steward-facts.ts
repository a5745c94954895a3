import { err, ok, type Result } from '@holdfast/kernel';
import type { RecordId } from '../record.ts';

/** What a steward decided about two records. It stands above every score. */
export interface StewardFact {
  readonly records: readonly [RecordId, RecordId];
  readonly verdict: 'same' | 'different';
}

/** Facts that do not contradict each other, with what follows from them. */
export interface StewardFacts {
  /** Groups of two or more records that stewards said are one person, directly or in steps. */
  readonly groups: readonly (readonly RecordId[])[];
  /** What stewards said of two records, directly or in steps; undefined where they said nothing. */
  verdict(one: RecordId, other: RecordId): StewardFact['verdict'] | undefined;
}

/**
 * Joins facts into what follows from them. A `different` between records that other facts make the
 * same is refused and named: nobody but a steward may choose between two stewards.
 */
export function stewardFacts(facts: readonly StewardFact[]): Result<StewardFacts, StewardFact> {
  const groupOf = new Map<RecordId, Set<RecordId>>();
  const group = (id: RecordId): Set<RecordId> => groupOf.get(id) ?? new Set([id]);
  for (const { records, verdict } of facts) {
    if (verdict !== 'same') continue;
    const joined = new Set([...group(records[0]), ...group(records[1])]);
    for (const id of joined) groupOf.set(id, joined);
  }
  const apart = new Map<RecordId, Set<RecordId>>();
  for (const fact of facts) {
    if (fact.verdict !== 'different') continue;
    const [one, other] = fact.records;
    if (group(one).has(other)) return err(fact);
    for (const id of group(one))
      apart.set(id, new Set([...(apart.get(id) ?? []), ...group(other)]));
    for (const id of group(other))
      apart.set(id, new Set([...(apart.get(id) ?? []), ...group(one)]));
  }
  return ok({
    groups: [...new Set(groupOf.values())]
      .map((ids) => [...ids])
      .filter(({ length }) => length > 1),
    verdict(one, other) {
      if (group(one).has(other)) return 'same';
      return apart.get(one)?.has(other) === true ? 'different' : undefined;
    },
  });
}
