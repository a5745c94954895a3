import { serverFault } from '../errors.ts';
import { ASYNC_BUNDLES_KEPT, ASYNC_BUNDLES_MAX } from '../limits.ts';
import { type Failure, failureOf } from './bundle-result.ts';

export type AsyncState =
  | { readonly kind: 'waiting' | 'running' }
  /** The response Bundle as JSON. */
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface Job {
  /** Principal who sent it: for everybody else it is not there. */
  readonly owner: string;
  readonly run: () => Promise<string>;
  state: AsyncState;
}

/**
 * Bundles that are carried out after their request was answered
 * (https://hl7.org/fhir/R4/async.html): one at a time, so that they never crowd out who waits for an
 * answer. They are kept by this process: after a restart their addresses are not found, and a bundle
 * whose result nobody read is to be sent again; a transaction among them was carried out whole or not.
 */
export class AsyncBundles {
  readonly #jobs = new Map<string, Job>();
  #running = false;

  /** @throws Fault SERVER_BUSY beyond ASYNC_BUNDLES_MAX */
  start(id: string, owner: string, run: () => Promise<string>): void {
    const open = [...this.#jobs.values()].filter(({ state }) => isOpen(state)).length;
    if (open >= ASYNC_BUNDLES_MAX) throw serverFault('SERVER_BUSY', { retryAfterSeconds: 10 });
    for (const [old, { state }] of this.#jobs) {
      if (this.#jobs.size < ASYNC_BUNDLES_KEPT) break;
      if (!isOpen(state)) this.#jobs.delete(old);
    }
    this.#jobs.set(id, { owner, run, state: { kind: 'waiting' } });
    if (!this.#running) void this.#work();
  }

  state(id: string, owner: string): AsyncState | undefined {
    const job = this.#jobs.get(id);
    return job?.owner === owner ? job.state : undefined;
  }

  /** Drops what waits and forgets what is done; what runs is carried out to its end. */
  forget(id: string, owner: string): boolean {
    return this.state(id, owner) !== undefined && this.#jobs.delete(id);
  }

  async #work(): Promise<void> {
    this.#running = true;
    for (;;) {
      const job = [...this.#jobs.values()].find(({ state }) => state.kind === 'waiting');
      if (job === undefined) break;
      job.state = { kind: 'running' };
      try {
        job.state = { kind: 'done', text: await job.run() };
      } catch (error) {
        job.state = { kind: 'failed', failure: failureOf(error) };
      }
    }
    this.#running = false;
  }
}

const isOpen = ({ kind }: AsyncState): boolean => kind === 'waiting' || kind === 'running';
