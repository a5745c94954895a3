import { type AdmissionLimits, QUEUED_FEW, QUEUED_MANY, WINDOW_ANSWERS } from './limits.ts';

/**
 * How many requests to serve at once, from how slow they are: at slowness 1 nobody queues for
 * processor or database, at 2 half of the requests do. The limit keeps that queue short (TCP Vegas,
 * Brakmo et al. 1994), since beyond it more concurrency adds waiting and no throughput.
 */
export class ConcurrencyLimit {
  readonly #bounds: AdmissionLimits['concurrency'];
  #value: number;
  #slowness = 0;
  #answers = 0;
  #busiest = 0;

  constructor(bounds: AdmissionLimits['concurrency']) {
    this.#bounds = bounds;
    this.#value = bounds.first;
  }

  get value(): number {
    return this.#value;
  }

  /** @param inService requests in service when it was answered, itself included */
  observe(slowness: number, inService: number): void {
    this.#slowness += slowness;
    this.#busiest = Math.max(this.#busiest, inService);
    this.#answers += 1;
    if (this.#answers < WINDOW_ANSWERS) return;
    const mean = Math.max(1, this.#slowness / this.#answers);
    const queued = this.#busiest * (1 - 1 / mean);
    // A limit that nobody reached has shown nothing about a higher one.
    if (queued < QUEUED_FEW && this.#busiest >= this.#value) this.#value += 1;
    else if (queued > QUEUED_MANY) this.#value -= 1;
    const { least, most } = this.#bounds;
    this.#value = Math.min(most, Math.max(least, this.#value));
    this.#slowness = 0;
    this.#answers = 0;
    this.#busiest = 0;
  }
}
