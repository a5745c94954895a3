/** A row of table `relationship`; ms since 1970, infinite where open. */
export interface RelationshipRow {
  readonly kind: string;
  readonly target: string;
  readonly since: number;
  readonly until: number;
}

/** As `patient_state.passing_ties` spells them: null where open. */
export type PassingTie = readonly [tie: string, from: number | null, until: number | null];

export interface SettledTies {
  readonly ties: readonly string[];
  /** Those that are over too: which of them are stored depends on when the state was settled. */
  readonly passing: readonly PassingTie[];
}

/** What a patient's relationships come down to; the writer's way to it is `settle_ties`. Pure. */
export function settledTies(rows: readonly RelationshipRow[]): SettledTies {
  const ages = rows.filter(({ kind }) => kind === 'of-age').map(({ since }) => since);
  const ofAge = ages.length === 0 ? -Infinity : Math.min(...ages);
  const held = rows
    .filter(({ kind }) => kind !== 'of-age')
    .map(({ kind, target, since, until }) => ({
      tie: `${kind}:${target}`,
      since,
      until: kind === 'guardian' ? Math.min(until, ofAge) : until,
    }))
    .filter(({ since, until }) => since < until);
  const isOpen = ({ since, until }: (typeof held)[number]) =>
    since === -Infinity && until === Infinity;
  return {
    ties: [...new Set(held.filter(isOpen).map(({ tie }) => tie))],
    passing: held
      .filter((each) => !isOpen(each))
      .map(({ tie, since, until }) => [tie, finite(since), finite(until)]),
  };
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

/** Which columns of a patient's state are not what the relationships come down to. Pure. */
export function wrongTieColumns(
  stored: { readonly ties: readonly string[]; readonly passing: readonly PassingTie[] },
  settled: SettledTies,
  nowMs: number,
): ('ties' | 'passing_ties')[] {
  const sameTies =
    stored.ties.length === settled.ties.length &&
    new Set([...stored.ties, ...settled.ties]).size === settled.ties.length;
  return [
    ...(sameTies ? [] : ['ties' as const]),
    ...(samePassing(stored.passing, settled.passing, nowMs) ? [] : ['passing_ties' as const]),
  ];
}

/** Whatever is not over must be there; what is over may be; nothing else may. */
function samePassing(
  stored: readonly PassingTie[],
  settled: readonly PassingTie[],
  nowMs: number,
): boolean {
  const left = new Map<string, number>();
  const count = (tie: PassingTie, by: number) => {
    const name = JSON.stringify(tie);
    left.set(name, (left.get(name) ?? 0) + by);
  };
  for (const tie of settled) count(tie, 1);
  for (const tie of stored) count(tie, -1);
  return [...left].every(([name, n]) => {
    const [, , until] = JSON.parse(name) as PassingTie;
    const isOver = until !== null && until <= nowMs;
    return n === 0 || (isOver && n > 0);
  });
}
