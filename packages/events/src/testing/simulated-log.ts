import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import { type Cursor, compareCursors } from '../cursor.ts';
import type { EventId, RecordedEvent } from '../recorded-event.ts';
import type { SnapshotBounds } from '../wake-plan.ts';
import type { Announced } from '../wake-signal.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** A safeguard taken away, to show that the simulation finds what it is there for. */
export type Mutation =
  | 'read above the fence'
  | 'cursor on the id alone'
  | 'transaction id before the lock'
  | 'no inbox'
  | 'cursor before effect'
  | 'no term'
  | 'followers do not wait'
  | 'no re-check'
  | 'passes what the fence hides'
  | 'effect apart from its note'
  | 'no sweep at the start'
  | 'no sweep after a lost relay'
  | 'sleeps over what is decoded early'
  | 'no retry timer'
  | 'trusts the wall clock';

interface Transaction {
  readonly xid: bigint;
  state: 'open' | 'committed';
  /** Decoding may push a commit before other sessions see it. */
  visible: boolean;
  event: RecordedEvent | null;
}

/** The log as PostgreSQL keeps it: transaction ids, a sequence outside transactions, visibility. */
export class SimulatedLog {
  readonly #world: SimulatedWorld;
  readonly #mutation: Mutation | null;
  readonly #transactions: Transaction[] = [];
  readonly #locks = new Map<bigint, { waiting: (() => void)[] }>();
  readonly #heads = new Map<bigint, bigint>();
  #nextXid = 1n;
  #nextId = 1n;
  /** A push that tells of a committed event. */
  onPush: (announced: Announced) => void = () => undefined;

  constructor(world: SimulatedWorld, mutation: Mutation | null) {
    this.#world = world;
    this.#mutation = mutation;
  }

  /** One write transaction as the store makes it: the stream's lock first, then everything else. */
  async write(stream: bigint, rollback: boolean): Promise<void> {
    const early = this.#mutation === 'transaction id before the lock' ? this.#begin() : null;
    if (early !== null) await this.#world.step();
    await this.#lock(stream);
    await this.#world.step();
    const transaction = early ?? this.#begin();
    await this.#world.step();
    const seq = (this.#heads.get(stream) ?? 0n) + 1n;
    const id = this.#nextId++;
    await this.#world.step();
    transaction.event = eventOf({ xid: transaction.xid, id }, stream, seq);
    await this.#world.step();
    if (rollback) this.#transactions.splice(this.#transactions.indexOf(transaction), 1);
    else {
      this.#heads.set(stream, seq);
      transaction.state = 'committed';
    }
    const pushedEarly = !rollback && this.#world.random.chance(0.5);
    if (pushedEarly) this.onPush(announcementOf(transaction.event));
    this.#unlock(stream);
    if (rollback) return;
    if (pushedEarly) await this.#world.step();
    transaction.visible = true;
    if (!pushedEarly) this.onPush(announcementOf(transaction.event));
  }

  #begin(): Transaction {
    const transaction: Transaction = {
      xid: this.#nextXid++,
      state: 'open',
      visible: false,
      event: null,
    };
    this.#transactions.push(transaction);
    return transaction;
  }

  /** What a snapshot taken now sees, in the order a reader asks for. */
  visible(after: Cursor): { readonly event: RecordedEvent; readonly fenced: boolean }[] {
    const byId = this.#mutation === 'cursor on the id alone';
    const order = (a: Cursor, b: Cursor) => (byId ? Number(a.id - b.id) : compareCursors(a, b));
    const fence = this.snapshot().oldest;
    return this.#transactions
      .flatMap(({ visible, event }) => (visible && event !== null ? [event] : []))
      .filter((event) => order(event.position, after) > 0)
      .sort((a, b) => order(a.position, b.position))
      .map((event) => ({
        event,
        fenced: event.position.xid >= fence && this.#mutation !== 'read above the fence',
      }));
  }

  snapshot(): SnapshotBounds {
    const oldest = this.#transactions
      .filter((each) => !each.visible)
      .reduce((least, each) => (each.xid < least ? each.xid : least), this.#nextXid);
    return { oldest, next: this.#nextXid };
  }

  /** Commits that are decoded already and that no snapshot sees yet. */
  hasUnreadableCommits(): boolean {
    return this.#transactions.some(({ state, visible }) => state === 'committed' && !visible);
  }

  /** What became of the writes, for the judgement at the end: per stream, in order. */
  history(): ReadonlyMap<bigint, readonly RecordedEvent[]> {
    const streams = new Map<bigint, RecordedEvent[]>();
    for (const { event, state } of this.#transactions) {
      if (event === null || state === 'open') continue;
      streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
    }
    for (const events of streams.values()) events.sort((a, b) => Number(a.seq - b.seq));
    return streams;
  }

  async #lock(stream: bigint): Promise<void> {
    const held = this.#locks.get(stream);
    if (held === undefined) {
      this.#locks.set(stream, { waiting: [] });
      return;
    }
    await new Promise<void>((resolve) => held.waiting.push(resolve));
  }

  #unlock(stream: bigint): void {
    const next = this.#locks.get(stream)?.waiting.shift();
    if (next === undefined) this.#locks.delete(stream);
    else next();
  }
}

const announcementOf = (event: RecordedEvent): Announced => ({
  position: event.position,
  head: event,
});

function eventOf(position: Cursor, stream: bigint, seq: bigint): RecordedEvent {
  return {
    tenant: 1 as TenantId,
    stream: stream as ResourceKey,
    position,
    seq,
    eventId: `${stream}-${seq}` as EventId,
    interaction: 'create',
    resourceType: position.id % 3n === 0n ? 'Condition' : 'Observation',
    resourceId: `o${position.id}`,
    version: 1,
    patientId: `p${stream}` as PatientId,
    confidentiality: 2,
    sensitivity: 0n,
    urgency: 'routine',
    actor: 'Practitioner/1',
    requestId: 'r',
    occurredAt: new Date(0),
  };
}
