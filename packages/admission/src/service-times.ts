import { CALM_IN_SERVICE, CALM_WEIGHT } from './limits.ts';

/**
 * How long each kind of request takes while nothing is in its way: the mean over answers that had
 * next to no company. Under load nothing is learnt, so that a long overload never becomes the norm.
 */
export class ServiceTimes {
  readonly #calmMs = new Map<string, number>();

  /**
   * Times its calm mean that this answer took.
   * @param kind groups requests that take alike: a page of a search is not a slow read
   * @param company requests in service and waiting when it was answered, itself included
   */
  slowness(kind: string, serviceMs: number, company: number): number {
    const took = Math.max(serviceMs, Number.EPSILON);
    const known = this.#calmMs.get(kind);
    if (known === undefined) {
      this.#calmMs.set(kind, took);
      return 1;
    }
    if (company > CALM_IN_SERVICE) return took / known;
    const calmMs = known + (took - known) * CALM_WEIGHT;
    this.#calmMs.set(kind, calmMs);
    return took / calmMs;
  }
}
