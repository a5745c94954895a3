import {
  type AdmissionGate,
  type Ask,
  type Permit,
  PRIORITY_CLASSES,
  type PriorityClass,
  type Refusal,
} from '@holdfast/admission';
import type { Clock, Fault } from '@holdfast/kernel';
import { type Connections, WithinDeadline } from '@holdfast/postgres';
import type { SearchCost } from '@holdfast/store';
import type { Database } from '../database.ts';
import { serverFault } from '../errors.ts';
import { RETRY_AFTERS_KEPT, SEARCH_READS_MOST } from '../limits.ts';
import { tooCostly } from './too-costly.ts';

/** Where requests of each class get their connections. */
export class RequestConnections {
  readonly #database: Pick<Database, 'requests' | 'bulk' | 'statementMs'>;
  readonly #clock: Clock;

  constructor({
    database,
    clock,
  }: {
    readonly database: Pick<Database, 'requests' | 'bulk' | 'statementMs'>;
    readonly clock: Clock;
  }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Without a deadline: only each statement has its limit. */
  of(priority: PriorityClass): Connections {
    const { requests, bulk } = this.#database;
    return priority === 'bulk' ? bulk : requests;
  }

  /** @param sinceMs when the request came, by the monotonic clock */
  within(priority: PriorityClass, sinceMs: number): Connections {
    const { requests, bulk, statementMs } = this.#database;
    const [pool, limitMs] =
      priority === 'bulk' ? [bulk, statementMs.bulk] : [requests, statementMs.requests];
    const leftMs = (): number => sinceMs + limitMs - this.#clock.monotonicMs();
    return new WithinDeadline({ pool, statementTimeoutMs: limitMs, leftMs });
  }
}

export interface RequestServiceParts {
  readonly gate: AdmissionGate;
  readonly connections: RequestConnections;
  readonly ask: Ask;
  /** When the request came, by the monotonic clock. */
  readonly startedMs: number;
}

/**
 * How one request is served: in which class, until when, over which connections. A search that turns
 * out to be dear gives its slot back before it runs and waits for one of a lower class, so that those
 * of its own class never wait behind it.
 */
export class RequestService {
  readonly #parts: RequestServiceParts;
  #priority: PriorityClass;
  #permit: Permit | null = null;
  #over = false;

  constructor(parts: RequestServiceParts) {
    this.#parts = parts;
    this.#priority = parts.ask.priority;
  }

  get priority(): PriorityClass {
    return this.#priority;
  }

  /** Within the deadline of its class. */
  get connections(): Connections {
    return this.#parts.connections.within(this.#priority, this.#parts.startedMs);
  }

  /** For an answer that is sent while it is read. */
  get streaming(): Connections {
    return this.#parts.connections.of(this.#priority);
  }

  /** Waits for a slot. @throws Fault SERVER_BUSY, SERVER_TENANT_BUSY */
  enter(): Promise<void> {
    return this.#enter(this.#parts.ask);
  }

  /** The request is answered, or its caller is gone. */
  leave(): void {
    this.#over = true;
    this.#permit?.leave();
  }

  /**
   * Before a search runs: moves the request to the class that its cost fits in.
   * @returns the connections to search by
   * @throws Fault SERVER_SEARCH_TOO_COSTLY, SERVER_BUSY, SERVER_TENANT_BUSY
   */
  async weigh(cost: SearchCost): Promise<Connections> {
    const lower = PRIORITY_CLASSES.slice(PRIORITY_CLASSES.indexOf(this.#priority));
    const fits = lower.find((priority) => cost.reads <= SEARCH_READS_MOST[priority]);
    if (fits === undefined) throw tooCostly(cost, SEARCH_READS_MOST.bulk);
    if (fits !== this.#priority) {
      this.#priority = fits;
      this.#permit?.giveUp();
      this.#permit = null;
      const reads = Math.ceil(cost.reads);
      await this.#enter({ ...this.#parts.ask, priority: fits, kind: 'dear-search', cost: reads });
    }
    return this.connections;
  }

  /**
   * The same of a search within a bundle, which runs where the bundle does.
   * @throws Fault SERVER_SEARCH_TOO_COSTLY
   */
  allow(cost: SearchCost): void {
    const most = SEARCH_READS_MOST[this.#priority];
    if (cost.reads > most) throw tooCostly(cost, most);
  }

  async #enter(ask: Ask): Promise<void> {
    const { gate } = this.#parts;
    const entry = await gate.enter(ask);
    if (!entry.ok) {
      await gate.refusalDue(ask.priority);
      throw busy(entry.error);
    }
    // Nobody waits any more for what its caller left while it waited.
    if (this.#over) entry.value.giveUp();
    else this.#permit = entry.value;
  }
}

const refusals = new Map<string, Fault>();

/** One for all who are refused alike: a fault notes where it was made, which takes a while. */
export function busy({ reason, retryAfterMs }: Refusal): Fault {
  const code = reason === 'tenant-full' ? 'SERVER_TENANT_BUSY' : 'SERVER_BUSY';
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1_000);
  const known = refusals.get(`${code} ${retryAfterSeconds}`);
  if (known !== undefined) return known;
  const fault = serverFault(code, { retryAfterSeconds });
  if (refusals.size < RETRY_AFTERS_KEPT) refusals.set(`${code} ${retryAfterSeconds}`, fault);
  return fault;
}
