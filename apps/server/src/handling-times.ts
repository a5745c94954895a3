import type { RecordedEvent } from '@holdfast/events';
import type { Clock } from '@holdfast/kernel';
import { HANDLING_TIMES_KEPT } from './limits.ts';

/** How long after its commit each of the newest events was handled, by the groups led here. */
export class HandlingTimes {
  readonly #clock: Clock;
  /** By event id, in the order of first handling. */
  readonly #lagMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  handled(events: readonly RecordedEvent[]): void {
    const now = this.#clock.now().getTime();
    for (const { eventId, occurredAt } of events) {
      // The event's time is the database's: two clocks may differ by a little.
      const lagMs = Math.max(0, now - occurredAt.getTime());
      this.#lagMs.set(eventId, Math.max(this.#lagMs.get(eventId) ?? 0, lagMs));
    }
    for (const id of this.#lagMs.keys()) {
      if (this.#lagMs.size <= HANDLING_TIMES_KEPT) break;
      this.#lagMs.delete(id);
    }
  }

  /** Until the slowest group that has handled it; null while none has. */
  lagMs(eventId: string): number | null {
    return this.#lagMs.get(eventId) ?? null;
  }
}
