/** Whose each record truly is. It judges and never trains. */
export interface KnownPersons {
  /** A person of the record at a position; empty where nobody knows. */
  readonly personAt: (position: number) => string;
  /** A group to report by, such as an origin of names; empty for none. */
  readonly groupAt?: (position: number) => string;
}

/** Pairs of records that are truly of one person. */
export function truePairs(records: number, personAt: KnownPersons['personAt']): number {
  const counts = new Map<string, number>();
  let pairs = 0;
  for (let at = 0; at < records; at++) {
    const person = personAt(at);
    if (person === '') continue;
    const before = counts.get(person) ?? 0;
    pairs += before;
    counts.set(person, before + 1);
  }
  return pairs;
}
