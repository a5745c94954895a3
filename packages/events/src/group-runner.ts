import { Fault, type Random, type Timers } from '@holdfast/kernel';
import { type Consumer, eventsPerTransaction, type FailedEvent, lanesOf } from './consumer.ts';
import { type Cursor, compareCursors } from './cursor.ts';
import type {
  CommitOutcome,
  GroupStore,
  Lead,
  LogBatch,
  ParkedStream,
  PreparedEvent,
} from './group-store.ts';
import { pieces, planBatch } from './lane-plan.ts';
import { DEFAULT_RETRY, EVENT_LIMITS } from './limits.ts';
import { OneTimer } from './one-timer.ts';
import { PlaceReminder } from './place-reminder.ts';
import { matches, type RecordedEvent, streamKey } from './recorded-event.ts';
import { afterFailure, backoffMs, reasonOf } from './retry-plan.ts';
import * as wake from './wake-plan.ts';
import type { Announced } from './wake-signal.ts';

export interface RunnerParts<Prepared> {
  readonly consumer: Consumer<Prepared>;
  readonly store: GroupStore<Prepared>;
  readonly timers: Timers;
  readonly random: Random;
  /** Told of what the group survives: lost connections, broken hooks. */
  readonly trouble: (error: unknown) => void;
}

const RECHECK: wake.RecheckBounds = {
  firstMs: EVENT_LIMITS.recheckFirstMs,
  lastMs: EVENT_LIMITS.recheckLastMs,
};
const RECONNECT = {
  firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
  maxDelayMs: EVENT_LIMITS.reconnectLastMs,
};

/** The lead was lost to another process or the group was moved. */
class Fenced extends Error {}
/** This process let go of the group. */
class Suspended extends Error {}

/**
 * One group's work while this process leads it: reads after a wake-up, hands events to their lanes,
 * parks what fails. All waiting is by wake-up or by the timer it holds; a second one is armed while the
 * database has not been told of the group's place.
 */
export class GroupRunner<Prepared> {
  readonly #parts: RunnerParts<Prepared>;
  #leading = false;
  #abort = new AbortController();
  #lead: Lead | null = null;
  #wake = wake.asleep(RECHECK);
  #retriesPlanned = true;
  /** The cursor in the database may be another one than here. */
  #placeUnsure = false;
  #failures = 0;
  /** Effects committed apart from the cursor and not yet counted with the group. */
  #uncounted = 0;
  /** Pausing after a lost connection; a wake-up must not shorten the pause. */
  #recovering = false;
  #running: Promise<void> | null = null;
  /** Of the next look: a retry that falls due, a recheck, the end of a pause. */
  readonly #timer: OneTimer;
  readonly #place: PlaceReminder;
  /** Set while the group lets events gather. */
  readonly #gathering: OneTimer;

  constructor(parts: RunnerParts<Prepared>) {
    this.#parts = parts;
    this.#timer = new OneTimer(parts.timers);
    this.#place = new PlaceReminder(parts.timers, () => this.#look());
    this.#gathering = new OneTimer(parts.timers);
  }

  /** This process leads from now on. Reads at once: what came before is the start-up sweep. */
  begin(): void {
    this.#leading = true;
    this.#recovering = false;
    this.#abort = new AbortController();
    this.wake(null);
  }

  /** Lets go; resolves when nothing of the group's work is under way here any more. */
  async suspend(): Promise<void> {
    this.#leading = false;
    this.#abort.abort();
    this.#timer.cancel();
    this.#place.kept();
    await this.#running;
    this.#gathering.cancel();
    this.#lead = null;
    await this.#parts.consumer.onReleased?.();
  }

  wake(announced: Announced | null): void {
    if (announced !== null && !matches(this.#parts.consumer.handles, announced.head)) {
      this.#place.pass(announced.position);
      if (this.#leading) this.#place.soon();
      return;
    }
    this.#wake = wake.wakened(this.#wake, announced?.position ?? null);
    this.#kick();
  }

  #look(): void {
    this.#wake = wake.due(this.#wake);
    this.#kick();
  }

  /** A parked stream was redriven or the group was moved from outside. */
  reconsider(): void {
    this.#retriesPlanned = true;
    this.#placeUnsure = true;
    this.wake(null);
  }

  #kick(): void {
    if (!this.#leading || this.#recovering || this.#running !== null) return;
    if (this.#gathering.armed) return;
    this.#timer.cancel();
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#wake.woken) this.#kick();
    });
  }

  async #run(): Promise<void> {
    while (this.#leading) {
      this.#wake = wake.readBegins(this.#wake);
      try {
        const outcome = await this.#round();
        this.#failures = 0;
        if (await this.#rest(outcome)) return;
      } catch (error) {
        this.#lead = null;
        this.#retriesPlanned = true;
        if (error instanceof Suspended) return;
        if (error instanceof Fenced) continue;
        this.#failures += 1;
        this.#recovering = true;
        this.#arm(backoffMs(this.#failures, RECONNECT, this.#parts.random));
        this.#parts.trouble(error);
        return;
      }
    }
  }

  /** Plans what follows a drained log; true where the group now sleeps. */
  async #rest(outcome: wake.ReadOutcome): Promise<boolean> {
    const retryMs = this.#retriesPlanned ? await this.#parts.store.nextRetryMs() : null;
    this.#retriesPlanned = retryMs !== null;
    const next = wake.readEnds(this.#wake, outcome, RECHECK);
    this.#wake = next.state;
    const { gatherMs = 0 } = this.#parts.consumer;
    const gathers = outcome.moved && gatherMs > 0;
    if (gathers) this.#gather(gatherMs);
    if (next.action.kind === 'read') return gathers;
    const recheckMs = next.action.kind === 'recheck' ? next.action.afterMs : null;
    if (recheckMs !== null || retryMs !== null) {
      this.#arm(Math.max(0, Math.min(recheckMs ?? Infinity, retryMs ?? Infinity)));
    }
    return true;
  }

  /** What comes in the pause is read together when it ends. */
  #gather(pauseMs: number): void {
    this.#gathering.arm(pauseMs, () => {
      if (this.#wake.woken) this.#kick();
    });
  }

  async #round(): Promise<wake.ReadOutcome> {
    const { store, consumer } = this.#parts;
    if (this.#placeUnsure) this.#lead = null;
    this.#placeUnsure = false;
    this.#lead ??= await this.#takeLead();
    const start = this.#lead.cursor;
    for (;;) {
      if (this.#retriesPlanned) await this.#retryDueStreams();
      const batch = await store.read(this.#led().cursor, EVENT_LIMITS.batchEvents);
      await this.#handle(batch, lanesOf(consumer));
      if (batch.rows.length === EVENT_LIMITS.batchEvents) continue;
      if (this.#place.due) await this.#keepPlace();
      const { cursor } = this.#led();
      if (this.#place.isAhead(cursor)) this.#place.soon();
      const { snapshot } = batch;
      return { cursor, moved: compareCursors(cursor, start) > 0, snapshot };
    }
  }

  /** Tells the database how far the group has come. */
  async #keepPlace(): Promise<void> {
    const handled = this.#uncounted;
    const { cursor } = this.#led();
    if ((await this.#parts.store.advance(this.#led(), cursor, handled)) === 'fenced') {
      throw new Fenced();
    }
    this.#uncounted -= handled;
    this.#place.kept();
  }

  async #takeLead(): Promise<Lead> {
    const lead = await this.#parts.store.lead();
    await this.#parts.consumer.onLead?.();
    return lead;
  }

  async #handle({ rows, end }: LogBatch, lanes: number): Promise<void> {
    const plan = planBatch(rows, lanes);
    for (const event of plan.disordered) {
      await this.#park(event, Infinity, new Error('EVE-4 event after a later one of its stream'));
    }
    const settled = await Promise.allSettled(
      plan.lanes.map((lane) => this.#runLane(lane, lanes === 1 ? end : null)),
    );
    for (const lane of settled) if (lane.status === 'rejected') throw lane.reason;
    if (end === null || compareCursors(this.#led().cursor, end) >= 0) return;
    this.#moveTo(end);
    if (this.#uncounted > 0) await this.#keepPlace();
    else this.#place.soon();
  }

  /** @param end of the batch, where this lane alone may carry the cursor with its commits */
  async #runLane(lane: readonly RecordedEvent[], end: Cursor | null): Promise<void> {
    const size = eventsPerTransaction(this.#parts.consumer);
    const waiting = new Set<string>();
    const last = lane.at(-1);
    for (const piece of pieces(lane, size)) {
      const open = piece.filter((event) => !waiting.has(streamKey(event)) && this.#concerns(event));
      const newest = open.at(-1);
      if (newest === undefined) continue;
      const advanceTo = end === null ? null : newest === last ? end : newest.position;
      const outcome = await this.#attempt(open, 1, advanceTo);
      if (outcome.kind === 'failed' && open.length === 1) {
        if (await this.#park(newest, 1, outcome.error)) waiting.add(streamKey(newest));
      } else if (outcome.kind === 'failed') await this.#runOneByOne(open, waiting);
      else if (advanceTo !== null) {
        this.#moveTo(advanceTo);
        this.#place.kept();
      }
    }
  }

  /** After a failure among several: finds whose it is, and lets the others through. */
  async #runOneByOne(events: readonly RecordedEvent[], waiting: Set<string>): Promise<void> {
    for (const event of events) {
      if (waiting.has(streamKey(event)) || !this.#concerns(event)) continue;
      const outcome = await this.#attempt([event], 1, null);
      if (outcome.kind !== 'failed') continue;
      if (await this.#park(event, 1, outcome.error)) waiting.add(streamKey(event));
    }
  }

  async #attempt(
    events: readonly RecordedEvent[],
    attempt: number,
    advanceTo: Cursor | null,
  ): Promise<Exclude<CommitOutcome, { kind: 'fenced' }>> {
    const { consumer } = this.#parts;
    const lead = this.#led();
    const work: PreparedEvent<Prepared>[] = [];
    for (const event of events) {
      try {
        const context = { attempt, signal: this.#abort.signal };
        // Without outside work `Prepared` is void.
        const prepared = (await consumer.external?.(event, context)) as Prepared;
        work.push({ event, prepared });
      } catch (error) {
        this.#led();
        return { kind: 'failed', error };
      }
    }
    this.#led();
    const outcome = await this.#commit(lead, work, advanceTo);
    if (outcome.kind === 'fenced') throw new Fenced();
    if (outcome.kind === 'committed') {
      if (advanceTo === null) this.#uncounted += work.length;
      this.#tell(() => consumer.onHandled?.(events));
    }
    return outcome;
  }

  async #commit(
    ...[lead, work, advanceTo]: Parameters<GroupStore<Prepared>['commit']>
  ): Promise<CommitOutcome> {
    const { consumer, store } = this.#parts;
    let outcome: CommitOutcome | undefined;
    try {
      outcome = await store.commit(lead, work, advanceTo);
      return outcome;
    } finally {
      if (outcome?.kind !== 'committed') {
        this.#tell(() => consumer.onUndone?.(work.map(({ event }) => event)));
      }
    }
  }

  /** @returns whether the stream's followers wait */
  async #park(event: RecordedEvent, attempts: number, error: unknown): Promise<boolean> {
    const { consumer, store, random } = this.#parts;
    const disordered = attempts === Infinity;
    const exhausted = disordered ? 'skip' : (consumer.onExhausted ?? 'block');
    const reason = reasonOf(error, EVENT_LIMITS.reasonCharacters);
    const decision = disordered
      ? ({ kind: 'dead', attempts: 1 } as const)
      : afterFailure(attempts, consumer.retry ?? DEFAULT_RETRY, random);
    const parked = await store.park(this.#led(), { event, decision, exhausted, reason });
    if (parked === 'fenced') throw new Fenced();
    this.#retriesPlanned = true;
    const failed: FailedEvent = {
      group: consumer.group,
      event,
      attempts: decision.attempts,
      reason,
      isPassing: error instanceof Fault && error.row.retryable === true,
    };
    if (decision.kind === 'dead') this.#tell(() => consumer.onDeadLetter?.(failed));
    else this.#tell(() => consumer.onParked?.(failed));
    return decision.kind === 'retry' || exhausted === 'block';
  }

  async #retryDueStreams(): Promise<void> {
    const due = await this.#parts.store.dueStreams(EVENT_LIMITS.retriesPerRound);
    for (const parked of due) await this.#retryStream(parked);
  }

  /** Takes a parked stream up again from its failed event to where the cursor stands. */
  async #retryStream(parked: ParkedStream): Promise<void> {
    const { consumer, store } = this.#parts;
    let fromSeq = parked.seq;
    let newest: RecordedEvent | undefined;
    for (;;) {
      const { cursor } = this.#led();
      const events = await store.readStream(
        { tenant: parked.tenant, stream: parked.stream, fromSeq },
        cursor,
        EVENT_LIMITS.batchEvents,
      );
      for (const event of events) {
        newest = event;
        if (!this.#concerns(event)) continue;
        const attempt = event.seq === parked.seq ? parked.attempts + 1 : 1;
        const outcome = await this.#attempt([event], attempt, null);
        if (outcome.kind !== 'failed') continue;
        if (await this.#park(event, attempt, outcome.error)) return;
      }
      if (newest === undefined || events.length < EVENT_LIMITS.batchEvents) break;
      fromSeq = newest.seq + 1n;
    }
    const handled = this.#uncounted;
    if ((await store.release(this.#led(), parked, handled)) === 'fenced') throw new Fenced();
    this.#uncounted -= handled;
    const caughtUpWith = newest;
    if (caughtUpWith !== undefined) {
      this.#tell(() => consumer.onRecovered?.(consumer.group, caughtUpWith));
    }
  }

  #concerns(event: RecordedEvent): boolean {
    return this.#parts.consumer.concerns?.(event) ?? true;
  }

  /** The lead; throws once this process has let go, so that no work starts after that. */
  #led(): Lead {
    if (!this.#leading || this.#lead === null) throw new Suspended();
    return this.#lead;
  }

  #moveTo(cursor: Cursor): void {
    if (this.#lead !== null) this.#lead = { ...this.#lead, cursor };
  }

  #tell(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.#parts.trouble(error);
    }
  }

  #arm(delayMs: number): void {
    this.#timer.cancel();
    if (!this.#leading) return;
    this.#timer.arm(delayMs, () => {
      this.#recovering = false;
      this.#look();
    });
  }
}
