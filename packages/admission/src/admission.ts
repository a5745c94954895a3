import { invariant, type TenantId } from '@holdfast/kernel';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { IndexedHeap } from './fairness/indexed-heap.ts';
import { TenantLane } from './fairness/tenant-lane.ts';
import { type AdmissionLimits, RATE_WEIGHT } from './limits.ts';
import { LowerCeiling } from './lower-ceiling.ts';
import { PRIORITY_CLASSES, type PriorityClass } from './priority.ts';
import { ServiceTimes } from './service-times.ts';

/** A request that asks to be served. */
export interface Ask {
  readonly id: string;
  readonly priority: PriorityClass;
  readonly tenant: TenantId;
  /** Groups requests that take alike: `read`, `search`, `bundle`. */
  readonly kind: string;
  /** Predicted work, in reads: what a tenant's share is counted in. */
  readonly cost: number;
}

export type RefusalReason =
  /** The class's waiting room is full. */
  | 'full'
  /** The tenant has its part of the waiting room, others still have room. */
  | 'tenant-full'
  /** It would wait, or has waited, longer than its class may. */
  | 'too-long';

export type AdmissionEffect =
  | { readonly kind: 'admit'; readonly id: string }
  | {
      readonly kind: 'refuse';
      readonly id: string;
      readonly reason: RefusalReason;
      readonly retryAfterMs: number;
    };

/** What fairness needs of an ask: its lane orders by arrival, since a class has one wait for all. */
interface Waiting {
  readonly ask: Ask;
  readonly tenant: number;
  readonly cost: number;
  readonly deadlineMs: number;
  readonly order: number;
}

interface InService {
  readonly ask: Ask;
  readonly startedMs: number;
}

const NONE: readonly AdmissionEffect[] = [];

/**
 * Decides which requests are served now, which wait and which are refused. Pure: time comes with
 * every call, effects are values. Invariants ADM-1 to ADM-5 of the README.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #times = new ServiceTimes();
  readonly #concurrency: ConcurrencyLimit;
  readonly #lowerCeiling: LowerCeiling;
  readonly #lanes: Readonly<Record<PriorityClass, TenantLane<Waiting>>>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #alarms = new IndexedHeap<Waiting>((a, b) => a.deadlineMs < b.deadlineMs);
  readonly #waitingOf = new Map<string, number>();
  readonly #inService = new Map<string, InService>();
  readonly #held: Record<PriorityClass, number> = zeroes();
  readonly #passedOver: Record<PriorityClass, number> = zeroes();
  #arrivals = 0;
  #meanServiceMs = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#concurrency = new ConcurrencyLimit(limits.concurrency);
    this.#lowerCeiling = new LowerCeiling(limits.concurrency.most);
    this.#lanes = {
      'care-now': new TenantLane(),
      interactive: new TenantLane(),
      integration: new TenantLane(),
      bulk: new TenantLane(),
    };
  }

  get concurrency(): number {
    return this.#concurrency.value;
  }

  inService(): Readonly<Record<PriorityClass, number>> {
    return { ...this.#held };
  }

  waiting(): Readonly<Record<PriorityClass, number>> {
    const counts = zeroes();
    for (const priority of PRIORITY_CLASSES) counts[priority] = this.#lanes[priority].size;
    return counts;
  }

  /** True where one more of the class would be refused, whoever asks: worth knowing before its body is read. */
  refuses(priority: PriorityClass): boolean {
    const { waiting } = this.#limits.classes[priority];
    return this.#lanes[priority].size >= waiting || this.#wouldWaitTooLong(priority);
  }

  /** A request arrives. Other waiting requests may be admitted or refused with it. */
  offer(ask: Ask, nowMs: number): readonly AdmissionEffect[] {
    invariant(
      !this.#waiting.has(ask.id) && !this.#inService.has(ask.id),
      'ADM-1 a request is offered once',
    );
    const limits = this.#limits.classes[ask.priority];
    const lane = this.#lanes[ask.priority];
    const ofTenant = this.#waitingOf.get(waitingKey(ask)) ?? 0;
    if (ofTenant >= limits.waitingPerTenant) return [this.#refusal(ask, 'tenant-full')];
    if (lane.size >= limits.waiting) return [this.#refusal(ask, 'full')];
    if (this.#wouldWaitTooLong(ask.priority)) return [this.#refusal(ask, 'too-long')];
    this.#enter(ask, nowMs);
    return this.#dispatch(nowMs);
  }

  /** A served request was answered. */
  finish(id: string, nowMs: number): readonly AdmissionEffect[] {
    const served = this.#inService.get(id);
    if (served === undefined) return NONE;
    const serviceMs = Math.max(0, nowMs - served.startedMs);
    const { kind, priority } = served.ask;
    const company = this.#inService.size + this.#waiting.size;
    const slowness = this.#times.slowness(kind, serviceMs, company);
    this.#concurrency.observe(slowness, this.#inService.size);
    this.#lowerCeiling.observe(priority === 'care-now', slowness, this.#concurrency.value);
    this.#meanServiceMs +=
      (serviceMs - this.#meanServiceMs) * (this.#meanServiceMs === 0 ? 1 : RATE_WEIGHT);
    return this.release(id, nowMs);
  }

  /** A slot is given back unused: how long it was held says nothing. */
  release(id: string, nowMs: number): readonly AdmissionEffect[] {
    const held = this.#inService.get(id);
    if (held === undefined) return NONE;
    this.#inService.delete(id);
    this.#held[held.ask.priority] -= 1;
    return this.#dispatch(nowMs);
  }

  /** The caller went away while it waited. */
  withdraw(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#lanes[waiting.ask.priority].remove(waiting);
    this.#forget(waiting);
  }

  /** Refuses those that have waited too long. */
  tick(nowMs: number): readonly AdmissionEffect[] {
    const effects: AdmissionEffect[] = [];
    for (;;) {
      const waiting = this.#alarms.peek();
      if (waiting === undefined || waiting.deadlineMs > nowMs) return effects;
      this.#lanes[waiting.ask.priority].remove(waiting);
      this.#forget(waiting);
      effects.push(this.#refusal(waiting.ask, 'too-long'));
    }
  }

  /** When the next `tick` is due; null where nobody waits. */
  nextTickMs(): number | null {
    return this.#alarms.peek()?.deadlineMs ?? null;
  }

  #waitMs(priority: PriorityClass): number {
    return this.#limits.classes[priority].waitMs;
  }

  #enter(ask: Ask, nowMs: number): void {
    this.#arrivals += 1;
    const waiting: Waiting = {
      ask,
      tenant: ask.tenant,
      cost: ask.cost,
      deadlineMs: nowMs + this.#waitMs(ask.priority),
      order: this.#arrivals,
    };
    this.#waiting.set(ask.id, waiting);
    this.#alarms.push(waiting);
    this.#waitingOf.set(waitingKey(ask), (this.#waitingOf.get(waitingKey(ask)) ?? 0) + 1);
    this.#lanes[ask.priority].push(waiting);
  }

  #forget(waiting: Waiting): void {
    const { ask } = waiting;
    this.#alarms.remove(waiting);
    this.#waiting.delete(ask.id);
    const left = (this.#waitingOf.get(waitingKey(ask)) ?? 0) - 1;
    if (left > 0) this.#waitingOf.set(waitingKey(ask), left);
    else this.#waitingOf.delete(waitingKey(ask));
  }

  /**
   * ADM-3: a class and all below it hold at most their share; each class may always hold one. What
   * the others hold keeps nobody of care-now waiting: they have all slots that there are.
   */
  #hasSlot(priority: PriorityClass): boolean {
    const { value } = this.#concurrency;
    if (priority === 'care-now') {
      return this.#held['care-now'] < value && this.#inService.size < this.#limits.concurrency.most;
    }
    if (this.#inService.size >= value) return false;
    for (const upper of upTo(priority)) {
      if (this.#heldFrom(upper) >= this.#ceiling(upper)) return false;
    }
    return true;
  }

  #ceiling(priority: PriorityClass): number {
    const share = Math.floor(this.#limits.classes[priority].share * this.#concurrency.value);
    const lower = priority === 'care-now' ? share : Math.min(share, this.#lowerCeiling.value);
    return Math.max(1, lower);
  }

  /** Slots held by a class and those below it. */
  #heldFrom(priority: PriorityClass): number {
    let held = 0;
    for (const lower of from(priority)) {
      held += this.#held[lower];
    }
    return held;
  }

  #wouldWaitTooLong(priority: PriorityClass): boolean {
    return !this.#hasSlot(priority) && this.#predictedWaitMs(priority) > this.#waitMs(priority);
  }

  #predictedWaitMs(priority: PriorityClass): number {
    let ahead = 0;
    for (const upper of upTo(priority)) {
      ahead += this.#lanes[upper].size;
    }
    return (ahead * this.#meanServiceMs) / this.#ceiling(priority);
  }

  #dispatch(nowMs: number): readonly AdmissionEffect[] {
    if (this.#waiting.size === 0) return NONE;
    const effects: AdmissionEffect[] = [];
    for (;;) {
      const waiting = this.#next();
      if (waiting === undefined) return effects;
      this.#forget(waiting);
      this.#inService.set(waiting.ask.id, { ask: waiting.ask, startedMs: nowMs });
      this.#held[waiting.ask.priority] += 1;
      effects.push({ kind: 'admit', id: waiting.ask.id });
    }
  }

  /** ADM-2: the most urgent class that has a slot, unless another was passed over too often. */
  #next(): Waiting | undefined {
    const ready = PRIORITY_CLASSES.filter(
      (priority) => this.#lanes[priority].size > 0 && this.#hasSlot(priority),
    );
    const [first] = ready;
    if (first === undefined) return undefined;
    const due = ready.filter(
      (priority) => this.#passedOver[priority] >= this.#limits.passedOverMost,
    );
    const chosen = due.at(-1) ?? first;
    for (const priority of ready) this.#passedOver[priority] += 1;
    this.#passedOver[chosen] = 0;
    return this.#lanes[chosen].pop();
  }

  #refusal(ask: Ask, reason: RefusalReason): AdmissionEffect {
    const { retryAfterLeastMs } = this.#limits;
    const retryAfterMs = Math.max(retryAfterLeastMs, this.#predictedWaitMs(ask.priority));
    return { kind: 'refuse', id: ask.id, reason, retryAfterMs };
  }
}

const waitingKey = ({ priority, tenant }: Ask): string => `${priority} ${tenant}`;

const upTo = (priority: PriorityClass): readonly PriorityClass[] =>
  PRIORITY_CLASSES.slice(0, PRIORITY_CLASSES.indexOf(priority) + 1);

const from = (priority: PriorityClass): readonly PriorityClass[] =>
  PRIORITY_CLASSES.slice(PRIORITY_CLASSES.indexOf(priority));

const zeroes = (): Record<PriorityClass, number> => ({
  'care-now': 0,
  interactive: 0,
  integration: 0,
  bulk: 0,
});
