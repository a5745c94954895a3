import { FAREWELL, type Leaf } from '../entry/leaf.ts';
import { MAX_COUNTER_HOLES, MAX_FINDINGS } from '../limits.ts';
import { CounterSpans, type Hole } from './counter-spans.ts';
import type { Finding } from './finding.ts';

interface Coverage {
  readonly process: string;
  readonly epoch: number;
  readonly seen: CounterSpans;
  /** Declared void: their record may still turn up, where a commit's end was unknown. */
  readonly voided: Set<number>;
  /** It ended as processes should, and said so. */
  hasEnded: boolean;
  lastMs: number;
}

/**
 * A life of a process that left no farewell, with numbers drawn at its very end that no record
 * bears: what `kill -9` leaves of requests that were on their way. None of them was answered.
 */
export interface LostCounters {
  readonly process: string;
  readonly epoch: number;
  /** RFC 3339: of its last record. */
  readonly lastAt: string;
  readonly count: number;
  /** E.g. `4 to 6, 9 to 9`; the first few. */
  readonly numbers: string;
}

export interface CounterReport {
  /** Missing, and too young to tell. */
  readonly unsettled: number;
  readonly lost: readonly LostCounters[];
}

/** Holes of one life that are spelt out. */
const HOLES_SPELT = 8;

/**
 * Follows the counters of every producer through the log, in memory bounded by holes and lives. A
 * hole is an omission once the log has gone on for `settleMs` after it, unless a crash explains it:
 * the number above it was logged less than `settleMs` before the last record of a life without a
 * farewell.
 * Whoever goes on, or says farewell, must account for every number below.
 */
export class CounterCoverage {
  readonly #producers = new Map<string, Coverage>();
  readonly #settleMs: number;
  readonly #report: (finding: Finding) => void;
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly settleMs: number; readonly report: (finding: Finding) => void }) {
    this.#settleMs = options.settleMs;
    this.#report = options.report;
  }

  add(leaf: Leaf): void {
    const atMs = Date.parse(leaf.ts);
    this.#newestMs = Math.max(this.#newestMs, atMs);
    const coverage = this.#of(leaf);
    coverage.lastMs = Math.max(coverage.lastMs, atMs);
    coverage.hasEnded ||= leaf.type === FAREWELL;
    this.#refuseRepeated(leaf, coverage);
    for (const n of leaf.void ?? []) {
      if (coverage.voided.size < MAX_COUNTER_HOLES) coverage.voided.add(n);
    }
    for (const n of [leaf.n, ...(leaf.void ?? [])]) coverage.seen.add(n, atMs);
    while (coverage.seen.holeCount > MAX_COUNTER_HOLES) {
      this.#omitted(coverage, coverage.seen.closeLowest());
    }
  }

  /** Reports the holes that are left. */
  finish(): CounterReport {
    let unsettled = 0;
    const lost: LostCounters[] = [];
    for (const coverage of this.#producers.values()) {
      const crashed: Hole[] = [];
      for (const hole of coverage.seen.holes()) {
        if (hole.aboveMs + this.#settleMs > this.#newestMs) unsettled += countOf([hole]);
        else if (this.#isOfCrash(coverage, hole)) crashed.push(hole);
        else this.#omitted(coverage, hole);
      }
      if (crashed.length > 0 && lost.length < MAX_FINDINGS) lost.push(lostIn(coverage, crashed));
    }
    return { unsettled, lost };
  }

  #of({ producer: { process, epoch } }: Leaf): Coverage {
    const name = `${process}/${epoch}`;
    let coverage = this.#producers.get(name);
    if (coverage === undefined) {
      const [seen, voided] = [new CounterSpans(), new Set<number>()];
      coverage = {
        process,
        epoch,
        seen,
        voided,
        hasEnded: false,
        lastMs: Number.NEGATIVE_INFINITY,
      };
      this.#producers.set(name, coverage);
    }
    return coverage;
  }

  #isOfCrash({ hasEnded, lastMs }: Coverage, { aboveMs }: Hole): boolean {
    return !hasEnded && aboveMs + this.#settleMs > lastMs;
  }

  #refuseRepeated({ n, id, producer }: Leaf, { seen, voided }: Coverage): void {
    if (!seen.has(n) || voided.has(n) || voided.size >= MAX_COUNTER_HOLES) return;
    const detail = `${producer.process}/${producer.epoch}: ${n}`;
    this.#report({ kind: 'counter-repeated', position: null, auditId: id, detail });
  }

  #omitted({ process, epoch }: Coverage, hole: Hole | undefined): void {
    if (hole === undefined) return;
    const detail = `${process}/${epoch}: ${hole.from} to ${hole.to}`;
    this.#report({ kind: 'counter-gap', position: null, auditId: null, detail });
  }
}

const countOf = (holes: readonly Hole[]): number =>
  holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);

function lostIn({ process, epoch, lastMs }: Coverage, holes: readonly Hole[]): LostCounters {
  const spelt = holes.slice(0, HOLES_SPELT).map(({ from, to }) => `${from} to ${to}`);
  const numbers = [...spelt, ...(holes.length > HOLES_SPELT ? ['...'] : [])].join(', ');
  const lastAt = new Date(lastMs).toISOString();
  return { process, epoch, lastAt, count: countOf(holes), numbers };
}
