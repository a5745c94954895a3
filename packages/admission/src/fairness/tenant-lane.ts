import { IndexedHeap } from './indexed-heap.ts';

/** What a lane needs to know of waiting work. */
export interface Laned {
  readonly tenant: number;
  /** Predicted use of one slot, in any unit that all work of a lane shares. */
  readonly cost: number;
  /** Monotonic milliseconds. */
  readonly deadlineMs: number;
  /** Arrival number: the last tie-break, so that equal work stays in order. */
  readonly order: number;
}

interface TenantQueue<Work> {
  readonly jobs: IndexedHeap<Work>;
  /** Cost served so far, on the lane's common scale; the tenant furthest behind is next. */
  served: number;
}

function earlierDeadline(a: Laned, b: Laned): boolean {
  return a.deadlineMs < b.deadlineMs || (a.deadlineMs === b.deadlineMs && a.order < b.order);
}

/**
 * One tier's queue: fair between tenants by served cost, earliest deadline first within one. A
 * tenant that was idle starts level with those being served: it neither saves up credit nor
 * pays for having been away.
 */
export class TenantLane<Work extends Laned> {
  readonly #tenants = new Map<number, TenantQueue<Work>>();
  readonly #active: IndexedHeap<TenantQueue<Work>>;
  readonly #weightOf: (tenant: number) => number;
  #level = 0;
  #size = 0;

  /** @param weightOf share of a tenant beside the others; above 0 */
  constructor(weightOf: (tenant: number) => number = () => 1) {
    this.#weightOf = weightOf;
    this.#active = new IndexedHeap((a, b) => {
      if (a.served !== b.served) return a.served < b.served;
      const [first, second] = [a.jobs.peek(), b.jobs.peek()];
      return first !== undefined && second !== undefined && earlierDeadline(first, second);
    });
  }

  get size(): number {
    return this.#size;
  }

  push(work: Work): void {
    let tenant = this.#tenants.get(work.tenant);
    if (tenant === undefined) {
      tenant = { jobs: new IndexedHeap<Work>(earlierDeadline), served: this.#level };
      this.#tenants.set(work.tenant, tenant);
    }
    tenant.jobs.push(work);
    this.#size += 1;
    if (this.#active.has(tenant)) {
      this.#active.update(tenant);
      return;
    }
    tenant.served = Math.max(tenant.served, this.#level);
    this.#active.push(tenant);
  }

  /** Takes the next piece and charges its cost to its tenant. */
  pop(): Work | undefined {
    const tenant = this.#active.peek();
    const work = tenant?.jobs.pop();
    if (tenant === undefined || work === undefined) return undefined;
    this.#size -= 1;
    this.#level = tenant.served;
    tenant.served += work.cost / this.#weightOf(work.tenant);
    this.#reorder(tenant);
    return work;
  }

  /**
   * Settles what was charged against what was used: below 0 for work that was stopped and will
   * be charged again.
   */
  charge(tenant: number, cost: number): void {
    const queue = this.#tenants.get(tenant);
    if (queue === undefined) return;
    queue.served += cost / this.#weightOf(tenant);
    if (this.#active.has(queue)) this.#active.update(queue);
  }

  remove(work: Work): boolean {
    const tenant = this.#tenants.get(work.tenant);
    if (tenant === undefined || !tenant.jobs.remove(work)) return false;
    this.#size -= 1;
    this.#reorder(tenant);
    return true;
  }

  #reorder(tenant: TenantQueue<Work>): void {
    if (tenant.jobs.size === 0) this.#active.remove(tenant);
    else this.#active.update(tenant);
  }
}
