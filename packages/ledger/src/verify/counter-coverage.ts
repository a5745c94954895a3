import type { Leaf } from '../entry/leaf.ts';
import { MAX_COUNTER_HOLES } from '../limits.ts';
import type { Finding } from './finding.ts';

interface Coverage {
  /** Everything below is accounted for. */
  next: number;
  /** Counters beyond a hole, with the time of the leaf that named them. */
  readonly beyond: Map<number, number>;
  /** Declared void: their record may still turn up, where a commit's end was unknown. */
  readonly voided: Set<number>;
}

/**
 * Follows the counters of every producer through the log, in bounded memory. A hole is reported
 * once the log has gone on for `settleMs` after it: until then the record may be on its way.
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
    const name = `${leaf.producer.process}/${leaf.producer.epoch}`;
    const coverage = this.#producers.get(name) ?? {
      next: 0,
      beyond: new Map<number, number>(),
      voided: new Set<number>(),
    };
    this.#producers.set(name, coverage);
    this.#refuseRepeated(leaf, coverage);
    for (const n of leaf.void ?? []) {
      if (coverage.voided.size < MAX_COUNTER_HOLES) coverage.voided.add(n);
    }
    for (const n of [leaf.n, ...(leaf.void ?? [])]) {
      if (n >= coverage.next) coverage.beyond.set(n, atMs);
    }
    advance(coverage);
    while (coverage.beyond.size > MAX_COUNTER_HOLES) this.#closeHole(name, coverage);
  }

  /** Reports the holes that are left, and returns how many are too young to tell. */
  finish(): number {
    let unsettled = 0;
    for (const [name, coverage] of this.#producers) {
      while (coverage.beyond.size > 0) {
        const first = Math.min(...coverage.beyond.keys());
        const settled = (coverage.beyond.get(first) ?? 0) + this.#settleMs <= this.#newestMs;
        if (settled) this.#closeHole(name, coverage);
        else {
          unsettled += first - coverage.next;
          coverage.next = first;
          advance(coverage);
        }
      }
    }
    return unsettled;
  }

  #refuseRepeated({ n, id, producer }: Leaf, { next, beyond, voided }: Coverage): void {
    const seen = n < next || beyond.has(n);
    if (!seen || voided.has(n) || voided.size >= MAX_COUNTER_HOLES) return;
    const detail = `${producer.process}/${producer.epoch}: ${n}`;
    this.#report({ kind: 'counter-repeated', position: null, auditId: id, detail });
  }

  #closeHole(name: string, coverage: Coverage): void {
    const first = Math.min(...coverage.beyond.keys());
    const detail = `${name}: ${coverage.next} to ${first - 1}`;
    this.#report({ kind: 'counter-gap', position: null, auditId: null, detail });
    coverage.next = first;
    advance(coverage);
  }
}

function advance(coverage: Coverage): void {
  while (coverage.beyond.delete(coverage.next)) coverage.next += 1;
}
