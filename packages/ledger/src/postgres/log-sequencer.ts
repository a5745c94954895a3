import type { Clock, TenantId, Timers } from '@holdfast/kernel';
import type { Pool, PoolClient } from 'pg';
import { Agenda } from '../agenda.ts';
import { haltsLog } from '../errors.ts';
import type { LogKeys } from '../keys/log-keys.ts';
import {
  CHECKPOINT_ENTRIES,
  CHECKPOINT_INTERVAL_MS,
  FENCE_RETRY_MS,
  INTEGRATION_INTERVAL_MS,
  RECONNECT_MS,
  STANDBY_RECHECK_MS,
} from '../limits.ts';
import type { Hash } from '../merkle/hash.ts';
import { askLeader, Leadership, tenantsWithRecords } from './leadership.ts';
import { TenantLog } from './tenant-log.ts';

export interface SequencerOptions {
  /** As a member of role `holdfast_sequencer`; one connection is kept from it. */
  readonly pool: Pool;
  readonly keys: LogKeys;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The tenant's newest checkpoint as `onCheckpoint` kept it; null = none was. */
  readonly keptCheckpoint?: (tenant: TenantId) => Promise<string | null>;
  /** Each signed checkpoint once it is durable: to be kept elsewhere. Must not throw. */
  readonly onCheckpoint?: (tenant: TenantId, note: string) => void;
  /** A lost connection, or a Fault that halts a tenant's log (`haltsLog`). Must not throw. */
  readonly onError?: (error: unknown, tenant?: TenantId) => void;
}

/** How far a tenant's log has got. */
export interface LogStatus {
  /** Whether this process writes the log; only then are the other figures current. */
  readonly leading: boolean;
  readonly size: number;
  readonly checkpointSize: number;
  readonly rootHash: Hash | null;
  readonly lastCheckpointAt: Date | null;
  /** Since when something durable waits for a checkpoint; null = nothing does. */
  readonly pendingSince: Date | null;
  /** What is stored may not be signed on (`haltsLog`). */
  readonly halted: boolean;
}

class TenantWork {
  log: TenantLog | null = null;
  pendingSince: Date | null = null;
  signedAtMs = Number.NEGATIVE_INFINITY;
  /** Consecutive looks that found rows above the fence. */
  fenceLooks = 0;
  halted = false;
  /** As standby: the leader has been asked since the last wake. */
  asked = false;
}

/**
 * Turns durable audit rows into the log. One process of a database does the work, the others pass
 * their wakes on. Sleeps without a timer unless something waits: for the pace, the fence, a
 * checkpoint or the database.
 */
export class LogSequencer {
  readonly #options: SequencerOptions;
  readonly #leadership: Leadership;
  readonly #tenants = new Map<TenantId, TenantWork>();
  /** Tenants to look at; `null` stands for finding out which tenants there are. */
  readonly #agenda = new Agenda<TenantId | null>();
  #paceAt = 0;
  #failures = 0;
  #flushing = false;
  /** `asked`, for a wake that names no tenant. */
  #askedForAll = false;
  #stopped = false;
  #running: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#leadership = new Leadership(options.pool, {
      onAsked: (tenants) => {
        if (tenants.length === 0) this.wake();
        for (const tenant of tenants) this.wake(tenant);
      },
      onLost: (error) => this.#lose(error),
    });
  }

  /** Claims the lock and, with it, catches up with whatever happened before. */
  start(): Promise<void> {
    return this.flush();
  }

  /** Rows of this tenant (of any, if unknown) were committed. Cheap: call it after each commit. */
  wake(tenant?: TenantId): void {
    if (this.#stopped) return;
    if (tenant !== undefined) {
      const work = this.#workOf(tenant);
      work.pendingSince ??= this.#options.clock.now();
      work.asked = false;
    } else {
      this.#askedForAll = false;
    }
    this.#agenda.add(tenant ?? null, this.#paceAt);
    this.#arm();
  }

  /** Logs and signs now, whatever the pace. Resolves when everything below the fence is signed. */
  async flush(): Promise<void> {
    await this.idle();
    if (this.#stopped) return;
    this.#flushing = true;
    this.#askedForAll = false;
    this.#agenda.add(null, Number.NEGATIVE_INFINITY);
    await this.#begin();
  }

  /** Resolves when no step is running. Something may still wait for its time: see `status`. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Signs what is unsigned, then lets another process lead. */
  async stop(): Promise<void> {
    if (this.#leadership.leading) await this.flush();
    this.#stopped = true;
    this.#agenda.clear();
    this.#arm();
    await this.#running;
    await this.#leadership.resign();
  }

  status(tenant: TenantId): LogStatus {
    const work = this.#tenants.get(tenant);
    return {
      leading: this.#leadership.leading,
      size: work?.log?.size ?? 0,
      checkpointSize: work?.log?.checkpointSize ?? 0,
      rootHash: work?.log?.root() ?? null,
      lastCheckpointAt: work?.log?.checkpointAt ?? null,
      pendingSince: work?.pendingSince ?? null,
      halted: work?.halted ?? false,
    };
  }

  /** The tenants this process knows to have records. */
  tenants(): TenantId[] {
    return [...this.#tenants.keys()];
  }

  #workOf(tenant: TenantId): TenantWork {
    const work = this.#tenants.get(tenant) ?? new TenantWork();
    this.#tenants.set(tenant, work);
    return work;
  }

  /** One timer, for the next thing that waits; none where nothing does. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const next = this.#agenda.next();
    if (next === null || this.#stopped || this.#running !== null) return;
    const wait = next - this.#options.clock.monotonicMs();
    if (wait <= 0) void this.#begin();
    else this.#cancelTimer = this.#options.timers.after(wait, () => void this.#begin());
  }

  #begin(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#flushing = false;
      this.#arm();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    try {
      const standing = await this.#leadership.claim();
      const due = this.#agenda.take(
        this.#flushing ? Number.POSITIVE_INFINITY : clock.monotonicMs(),
      );
      if (standing.kind === 'standby') await this.#passOn(standing.connection, due);
      else await this.#lead(standing.connection, standing.justElected ? [null, ...due] : due);
      this.#failures = 0;
      this.#paceAt = clock.monotonicMs() + INTEGRATION_INTERVAL_MS;
    } catch (error) {
      this.#lose(error);
    }
  }

  /** What is in memory is worth nothing once the lock may be another's. */
  #lose(error: unknown): void {
    this.#leadership.drop();
    for (const work of this.#tenants.values()) work.log = null;
    const pause = Math.min(RECONNECT_MS.first * 2 ** this.#failures, RECONNECT_MS.most);
    this.#failures += 1;
    this.#paceAt = this.#options.clock.monotonicMs() + pause;
    this.#agenda.clear();
    if (!this.#stopped) this.#agenda.add(null, this.#paceAt);
    this.#options.onError?.(error);
    this.#arm();
  }

  /** Should the leader die with a wake unheard, one later look finds its lock free. */
  async #passOn(connection: PoolClient, due: readonly (TenantId | null)[]): Promise<void> {
    const tenants = due.filter((tenant) => tenant !== null);
    const unasked = tenants.filter((tenant) => !this.#workOf(tenant).asked);
    const all = due.includes(null) && !this.#askedForAll;
    for (const tenant of tenants) this.#workOf(tenant).pendingSince = null;
    if (unasked.length === 0 && !all) return;
    await askLeader(connection, all ? [] : unasked);
    const recheckAt = this.#options.clock.monotonicMs() + STANDBY_RECHECK_MS;
    for (const tenant of unasked) {
      this.#workOf(tenant).asked = true;
      this.#agenda.add(tenant, recheckAt);
    }
    if (all) {
      this.#askedForAll = true;
      this.#agenda.add(null, recheckAt);
    }
  }

  async #lead(connection: PoolClient, due: readonly (TenantId | null)[]): Promise<void> {
    const found = due.includes(null) ? await tenantsWithRecords(connection) : [];
    const named = due.filter((tenant) => tenant !== null);
    for (const tenant of new Set([...named, ...found])) await this.#advance(connection, tenant);
  }

  async #advance(connection: PoolClient, tenant: TenantId): Promise<void> {
    const { clock, onCheckpoint } = this.#options;
    const work = this.#workOf(tenant);
    const log = work.halted ? null : (work.log ?? (await this.#load(connection, tenant)));
    if (log === null) return;
    work.log = log;
    const { above } = await log.integrate(connection);
    const unsigned = log.size - log.checkpointSize;
    const signAt = work.signedAtMs + CHECKPOINT_INTERVAL_MS;
    if (unsigned > 0) {
      work.pendingSince ??= clock.now();
      if (this.#flushing || unsigned >= CHECKPOINT_ENTRIES || signAt <= clock.monotonicMs()) {
        const note = await log.sign(connection, clock.now());
        work.signedAtMs = clock.monotonicMs();
        // What waits now came after what is signed; under steady load something always waits.
        work.pendingSince = above || this.#agenda.has(tenant) ? clock.now() : null;
        if (note !== null) onCheckpoint?.(tenant, note);
      } else {
        this.#agenda.add(tenant, signAt);
      }
    }
    work.fenceLooks = above ? work.fenceLooks + 1 : 0;
    if (above) {
      work.pendingSince ??= clock.now();
      const pause = Math.min(
        FENCE_RETRY_MS.first * 2 ** (work.fenceLooks - 1),
        FENCE_RETRY_MS.most,
      );
      this.#agenda.add(tenant, clock.monotonicMs() + pause);
    }
    // A wake that came meanwhile stands in the agenda again.
    if (!this.#agenda.has(tenant)) work.pendingSince = null;
  }

  async #load(connection: PoolClient, tenant: TenantId): Promise<TenantLog | null> {
    const { keys, keptCheckpoint, onError } = this.#options;
    const identity = {
      tenant,
      signer: keys.signerOf(tenant),
      verifier: keys.verifierOf(tenant),
      kept: (await keptCheckpoint?.(tenant)) ?? null,
    };
    try {
      return await TenantLog.load(connection, identity);
    } catch (error) {
      if (!haltsLog(error)) throw error;
      this.#workOf(tenant).halted = true;
      onError?.(error, tenant);
      return null;
    }
  }
}
