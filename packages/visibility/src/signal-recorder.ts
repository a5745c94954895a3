import { backoffMs } from '@holdfast/events';
import {
  type Clock,
  type Random,
  systemClock,
  systemRandom,
  systemTimers,
  type Timers,
  uuidV7,
} from '@holdfast/kernel';
import type { SignalSpool } from './files/signal-spool.ts';
import { VISIBILITY_LIMITS } from './limits.ts';
import type {
  Occurrence,
  Signal,
  SignalChange,
  SignalId,
  SignalKey,
  SignalSummary,
} from './signal.ts';
import { SignalBook } from './signal-book.ts';
import type { SignalRecord } from './signal-line.ts';
import type { SignalTable } from './signal-table.ts';
import { UnsavedSignals } from './unsaved-signals.ts';

export interface SignalRecorderOptions {
  readonly table: SignalTable;
  /** Absent: signals of an absent database live in memory only. */
  readonly spool?: SignalSpool;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly timers?: Timers;
  /** Told of failures to persist; carries no data of patients. */
  readonly trouble?: (error: unknown) => void;
}

export interface RecorderStatus {
  /** The database took the last write. */
  readonly database: 'answers' | 'away';
  /** Signals with changes that are not in the table yet. */
  readonly unsaved: number;
  readonly spoolBytes: number;
  /** Records that the full spool refused; they are in memory still. */
  readonly spoolDropped: number;
}

const RETRY = {
  firstDelayMs: VISIBILITY_LIMITS.retryFirstMs,
  maxDelayMs: VISIBILITY_LIMITS.retryLastMs,
};

/**
 * Failures of the platform: answered from memory, kept in the table and, while the database is
 * away, in a local spool. Reporting never waits and never throws.
 */
export class SignalRecorder {
  readonly #table: SignalTable;
  readonly #spool: SignalSpool | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timers: Timers;
  readonly #trouble: (error: unknown) => void;
  readonly #book = new SignalBook(VISIBILITY_LIMITS);
  readonly #listeners = new Set<(change: SignalChange) => void>();
  readonly #unsaved = new UnsavedSignals();
  readonly #unspooled = new UnsavedSignals();
  #away = false;
  #loaded = false;
  #overflowing = false;
  #failures = 0;
  #stopping = false;
  #cancelRetry: (() => void) | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: SignalRecorderOptions) {
    this.#table = options.table;
    this.#spool = options.spool;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#timers = options.timers ?? systemTimers;
    this.#trouble = options.trouble ?? (() => undefined);
  }

  /** Takes up what earlier processes left, from spool and table; works without the database. */
  async start(): Promise<void> {
    for (const record of (await this.#spool?.read()) ?? []) {
      this.#adopt({ ...record.signal, patients: record.addedPatients });
      this.#unsaved.add(record);
    }
    await this.flushed();
  }

  /** Waits for the write under way and makes a last attempt for the rest. */
  async stop(): Promise<void> {
    await this.flushed();
    this.#stopping = true;
    this.#cancelRetry?.();
    await this.#spool?.close();
  }

  /** @returns the signal that the occurrence is now part of; null where there was no room */
  report(occurrence: Occurrence): SignalSummary | null {
    const changes = this.#book.report(occurrence, {
      at: this.#clock.now(),
      id: this.#newId(),
      overflowId: this.#newId(),
    });
    this.#take(changes);
    const own = changes.find(({ signal, kind }) => {
      return kind !== 'resolved' && signal.cause === occurrence.cause;
    });
    return own?.signal ?? null;
  }

  /** The end of a condition was observed; null where none was open. */
  resolve(key: SignalKey): SignalSummary | null {
    const change = this.#book.resolve(key, this.#clock.now());
    if (change === null) return null;
    this.#take([change]);
    return change.signal;
  }

  /** Open ones first; without the patients' identities. */
  list(): SignalSummary[] {
    this.#take(this.#book.lapse(this.#clock.now()));
    return this.#book.list();
  }

  /** With the patients: for an endpoint that checks and audits who asks. */
  get(id: SignalId): Signal | null {
    return this.#book.get(id);
  }

  /** @returns ends the subscription */
  subscribe(listener: (change: SignalChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Somebody saw the database answer: no need to wait for the next attempt. */
  databaseAnswers(): void {
    if (!this.#away || this.#stopping) return;
    this.#failures = 0;
    this.#away = false;
    this.#write();
  }

  /** Resolves when everything reported so far is in the table or, with the database away, spooled. */
  async flushed(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  status(): RecorderStatus {
    return {
      database: this.#away ? 'away' : 'answers',
      unsaved: this.#unsaved.size,
      spoolBytes: this.#spool?.bytes ?? 0,
      spoolDropped: this.#spool?.dropped ?? 0,
    };
  }

  #newId(): SignalId {
    return uuidV7(this.#clock, this.#random) as SignalId;
  }

  #take(changes: readonly SignalChange[]): void {
    for (const change of changes) {
      this.#unsaved.add(change);
      this.#unspooled.add(change);
      for (const listener of this.#listeners) this.#tell(listener, change);
    }
    if (changes.length > 0) this.#write();
  }

  #tell(listener: (change: SignalChange) => void, change: SignalChange): void {
    try {
      listener(change);
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** One write at a time; what is reported meanwhile goes with the next. */
  #write(): void {
    if (this.#writing !== null || this.#stopping) return;
    this.#writing = this.#persist().finally(() => {
      this.#writing = null;
      const waits = this.#away ? this.#unspooled.size > 0 : this.#unsaved.size > 0;
      if (waits) this.#write();
    });
  }

  async #persist(): Promise<void> {
    if (!this.#away) await this.#save().catch((error: unknown) => this.#goAway(error));
    if (this.#away) await this.#keepLocally().catch(this.#trouble);
  }

  async #save(): Promise<void> {
    if (!this.#loaded) {
      for (const signal of await this.#table.load(VISIBILITY_LIMITS.recentSignals)) {
        this.#adopt(signal);
      }
      this.#loaded = true;
    }
    for (;;) {
      const records = this.#unsaved.take(VISIBILITY_LIMITS.writeSignals);
      if (records.length === 0) break;
      try {
        await this.#table.save(records);
      } catch (error) {
        this.#unsaved.putBack(records);
        throw error;
      }
    }
    this.#failures = 0;
    this.#unspooled.clear();
    await this.#spool?.clear();
    if (!this.#overflowing) return;
    this.#overflowing = false;
    this.resolve({ cause: 'signal-spool-overflow', tenant: null });
  }

  #goAway(error: unknown): void {
    this.#away = true;
    this.#failures += 1;
    this.#trouble(error);
    if (this.#stopping) return;
    this.#cancelRetry?.();
    const delayMs = backoffMs(this.#failures, RETRY, this.#random);
    this.#cancelRetry = this.#timers.after(delayMs, () => {
      this.#away = false;
      this.#write();
    });
  }

  async #keepLocally(): Promise<void> {
    const records: SignalRecord[] = this.#unspooled.take(Infinity);
    if (records.length === 0 || this.#spool === undefined) return;
    const outcome = await this.#spool.append(records);
    if (outcome === 'kept' || this.#overflowing) return;
    this.#overflowing = true;
    this.report({ cause: 'signal-spool-overflow', tenant: null, outcome: 'degraded' });
  }

  #adopt(signal: Signal): void {
    const superseded = this.#book.adopt(signal);
    if (superseded !== null) this.#unsaved.add(superseded);
  }
}
