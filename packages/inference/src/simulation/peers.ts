import { IndexedHeap } from '@holdfast/admission';
import type { Tier } from '../clinical/tier.ts';
import type { Outcome, Simulated, Stretch } from './simulate.ts';
import { type Arrival, TIERS } from './workload.ts';

/** A queue that is asked for the next piece whenever a slot is free; what runs is never stopped. */
export interface PeerQueue {
  push(arrival: Arrival, order: number): void;
  /** Undefined: nothing waits. It may leave out what has expired. */
  pop(now: number): Arrival | undefined;
}

/** What most queues do. */
export class FirstInFirstOut implements PeerQueue {
  readonly #arrivals: Arrival[] = [];
  #next = 0;

  push(arrival: Arrival): void {
    this.#arrivals.push(arrival);
  }

  pop(): Arrival | undefined {
    return this.#arrivals[this.#next++] ?? this.#stay();
  }

  #stay(): undefined {
    this.#next -= 1;
  }
}

interface Ordered {
  readonly arrival: Arrival;
  readonly order: number;
}

/** The rule of p-queue, Bottleneck and BullMQ: most urgent first, then first come first served. */
export class StrictPriority implements PeerQueue {
  readonly #heap = new IndexedHeap<Ordered>((a, b) =>
    a.arrival.tier === b.arrival.tier ? a.order < b.order : a.arrival.tier < b.arrival.tier,
  );

  push(arrival: Arrival, order: number): void {
    this.#heap.push({ arrival, order });
  }

  pop(): Arrival | undefined {
    return this.#heap.pop()?.arrival;
  }
}

class Band {
  readonly #tenants = new Map<number, IndexedHeap<Ordered>>();
  #turns: number[] = [];

  push(ordered: Ordered): void {
    const { tenant } = ordered.arrival;
    let queue = this.#tenants.get(tenant);
    if (queue === undefined) {
      queue = new IndexedHeap((a, b) => a.arrival.deadlineMs < b.arrival.deadlineMs);
      this.#tenants.set(tenant, queue);
      this.#turns.push(tenant);
    }
    queue.push(ordered);
  }

  pop(now: number): Arrival | undefined {
    for (let tried = 0; tried < this.#turns.length; tried++) {
      const [tenant = 0, ...others] = this.#turns;
      this.#turns = [...others, tenant];
      const queue = this.#tenants.get(tenant);
      for (let next = queue?.pop(); next !== undefined; next = queue?.pop()) {
        if (next.arrival.deadlineMs > now) return next.arrival;
      }
    }
    return undefined;
  }
}

/**
 * The rule of the Kubernetes inference gateway's flow control: strict bands, tenants in turn
 * within one, earliest deadline first within a tenant, expired work left out.
 */
export class BandedTurns implements PeerQueue {
  readonly #bands: Readonly<Record<Tier, Band>> = {
    0: new Band(),
    1: new Band(),
    2: new Band(),
    3: new Band(),
  };

  push(arrival: Arrival, order: number): void {
    this.#bands[arrival.tier].push({ arrival, order });
  }

  pop(now: number): Arrival | undefined {
    for (const tier of TIERS) {
      const next = this.#bands[tier].pop(now);
      if (next !== undefined) return next;
    }
    return undefined;
  }
}

/** The same slots and arrivals under a peer's rule. What it left out has no outcome. */
export function simulatePeer(
  slots: number,
  arrivals: readonly Arrival[],
  queue: PeerQueue,
): Simulated {
  const runs = new IndexedHeap<Stretch>((a, b) => a.endedMs < b.endedMs);
  const outcomes: Outcome[] = [];
  const stretches: Stretch[] = [];
  for (let next = 0; ; ) {
    const arrival = arrivals[next];
    const ended = runs.peek();
    const startedMs = Math.min(arrival?.atMs ?? Infinity, ended?.endedMs ?? Infinity);
    if (startedMs === Infinity) return { outcomes, stretches };
    if (ended?.endedMs === startedMs) {
      runs.pop();
      stretches.push(ended);
      const latencyMs = startedMs - ended.arrival.atMs;
      outcomes.push({ arrival: ended.arrival, ending: 'completed', latencyMs });
    } else if (arrival !== undefined) queue.push(arrival, next++);
    while (runs.size < slots) {
      const work = queue.pop(startedMs);
      if (work === undefined) break;
      runs.push({ arrival: work, startedMs, endedMs: startedMs + work.runMs, stopped: false });
    }
  }
}
