import { signinFault } from './errors.ts';
import { PASSWORD_CHECKS_AT_ONCE, PASSWORD_CHECKS_WAITING } from './limits.ts';

/** Lets a few through at a time; the rest wait in order, up to a limit. */
export class Turnstile {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws Fault SIGNIN_BUSY where too many wait already */
  async pass<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#inside >= PASSWORD_CHECKS_AT_ONCE) {
      if (this.#waiting.length >= PASSWORD_CHECKS_WAITING) {
        throw signinFault('SIGNIN_BUSY', { retryAfterSeconds: 5 });
      }
      // Whoever leaves hands its place on, so nobody slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#inside += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside -= 1;
      else next();
    }
  }
}
