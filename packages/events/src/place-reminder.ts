import type { Timers } from '@holdfast/kernel';
import { type Cursor, compareCursors, laterCursor, ORIGIN } from './cursor.ts';
import { EVENT_LIMITS } from './limits.ts';
import { OneTimer } from './one-timer.ts';

/**
 * A step past what a group does not handle is on its own no reason for a look, nor for a write: it
 * waits for more of them, `EVENT_LIMITS.placeMs` at most.
 */
export class PlaceReminder {
  readonly #timer: OneTimer;
  readonly #look: () => void;
  /** The furthest announced event that the group does not handle. */
  #passing: Cursor = ORIGIN;
  #due = false;

  /** @param look reads, after which the database is to be told of the place */
  constructor(timers: Timers, look: () => void) {
    this.#timer = new OneTimer(timers);
    this.#look = look;
  }

  /** The database is to be told of the group's place. */
  get due(): boolean {
    return this.#due;
  }

  /** An event was announced that the group does not handle. */
  pass(position: Cursor): void {
    this.#passing = laterCursor(this.#passing, position);
  }

  /** The group stands before an event that it does not handle. */
  isAhead(cursor: Cursor): boolean {
    return compareCursors(this.#passing, cursor) > 0;
  }

  soon(): void {
    if (this.#timer.armed) return;
    this.#timer.arm(EVENT_LIMITS.placeMs, () => {
      this.#due = true;
      this.#look();
    });
  }

  /** The database was told. */
  kept(): void {
    this.#due = false;
    this.#timer.cancel();
  }
}
