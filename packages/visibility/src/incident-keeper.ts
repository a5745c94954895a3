import {
  type Clock,
  err,
  ok,
  type PatientId,
  type Random,
  type Result,
  type TenantId,
  uuidV7,
} from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Finding } from './cause/finding.ts';
import { acceptEntry, type EntryRefusal } from './incidents/accept-entry.ts';
import type { HumanEntry, Incident, IncidentId, IncidentRecord } from './incidents/incident.ts';
import { opensIncident, placeSignal } from './incidents/place-signal.ts';
import { incidentAt } from './incidents/timeline.ts';
import { VISIBILITY_LIMITS } from './limits.ts';
import {
  addEntry,
  countPatients,
  listIncidents,
  openIncidents,
  patientsOfIncident,
  placesOfSignals,
  readIncident,
  type SignalPlace,
} from './postgres/incident-table.ts';
import type { SignalId, SignalSummary } from './signal.ts';
import type { SignalRecorder } from './signal-recorder.ts';

export interface IncidentKeeperOptions {
  /** As the owner, who writes for every tenant. */
  readonly pool: Parameters<typeof inTransaction>[0];
  readonly signals: SignalRecorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Where attempts failed in that time; null where nothing stands out or nothing is known. */
  readonly locate?: (window: { readonly from: Date; readonly until: Date }) => Finding | null;
  /** Told of failures to store; carries no data of patients. */
  readonly trouble?: (error: unknown) => void;
}

/** What one transaction has found and done so far. */
interface PlacingRound {
  readonly connection: Queryable;
  readonly places: Map<SignalId, SignalPlace>;
  readonly open: Map<TenantId | null, readonly Incident[]>;
  opened: boolean;
}

/** One place at a time over all processes: two must not open two incidents for one story. */
const LOCK = `select pg_advisory_xact_lock(hashtext('holdfast incidents'))`;

/**
 * Puts signals into incidents as they come, and takes what people write. While the database is
 * away signals wait in the recorder; the next change after its return brings all of them in.
 */
export class IncidentKeeper {
  readonly #options: IncidentKeeperOptions;
  readonly #waiting = new Map<SignalId, SignalSummary>();
  /** Signals that were looked at and have not ended. */
  readonly #known = new Map<SignalId, 'placed' | 'nowhere'>();
  readonly #listeners = new Set<() => void>();
  #placing: Promise<void> | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(options: IncidentKeeperOptions) {
    this.#options = options;
  }

  /** Takes up every signal that the recorder knows, then each change. */
  async start(): Promise<void> {
    const { signals } = this.#options;
    for (const signal of signals.list()) this.#waiting.set(signal.id, signal);
    this.#unsubscribe = signals.subscribe(({ signal }) => {
      if (!this.#saysNew(signal)) return;
      this.#waiting.set(signal.id, signal);
      this.#place();
    });
    this.#place();
    await this.settled();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await this.settled();
  }

  /** Resolves when all signals so far are placed, or could not be. */
  async settled(): Promise<void> {
    while (this.#placing !== null) await this.#placing;
  }

  /** @returns ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Open ones first, each part with the newest first. */
  async list(tenant: TenantId | null): Promise<Incident[]> {
    const { pool, clock } = this.#options;
    const closed = VISIBILITY_LIMITS.incidentsListed;
    const incidents = await listIncidents(pool, { tenant, closed });
    const rank = (incident: Incident) => (incident.status === 'closed' ? 1 : 0);
    return incidents
      .flatMap((record) => incidentAt(record, clock.now()) ?? [])
      .sort((a, b) => rank(a) - rank(b) || b.openedAt.getTime() - a.openedAt.getTime());
  }

  /** The timeline with all its entries; null where there is no such incident. */
  async read(tenant: TenantId | null, id: IncidentId): Promise<IncidentRecord | null> {
    return readIncident(this.#options.pool, { tenant, id });
  }

  /** Everybody whom the incident reached: protected data, for an audited reader. */
  async patients(tenant: TenantId | null, id: IncidentId): Promise<PatientId[]> {
    return patientsOfIncident(this.#options.pool, { tenant, id });
  }

  /** How many people each of these reached; none is named. */
  async patientCounts(
    tenant: TenantId | null,
    ids: readonly IncidentId[],
  ): Promise<ReadonlyMap<IncidentId, number>> {
    return countPatients(this.#options.pool, { tenant, ids });
  }

  /** A person adds to the timeline. */
  async write(
    { tenant, id }: { readonly tenant: TenantId | null; readonly id: IncidentId },
    { entry, author }: { readonly entry: HumanEntry; readonly author: string },
  ): Promise<Result<Incident, EntryRefusal | 'no-incident'>> {
    const written = await this.#locked(async (connection) => {
      const at = this.#options.clock.now();
      const record = await readIncident(connection, { tenant, id });
      const incident = record === null ? null : incidentAt(record, at);
      if (record === null || incident === null) return err('no-incident' as const);
      const accepted = acceptEntry(incident, entry, { entries: record.entries.length, at });
      if (!accepted.ok) return accepted;
      const line = { at, author, entry };
      await addEntry(connection, { tenant, id, entry: line });
      const entries = [...record.entries, line];
      return ok(incidentAt({ ...record, entries }, at) ?? incident);
    });
    if (written.ok) this.#tell();
    return written;
  }

  /** Most changes are one more of the same: those must not cost a transaction each. */
  #saysNew(signal: SignalSummary): boolean {
    const known = this.#known.get(signal.id);
    if (known === undefined) return true;
    if (signal.resolvedAt === null) return known === 'nowhere' && opensIncident(signal);
    if (known === 'nowhere') this.#known.delete(signal.id);
    return known === 'placed';
  }

  #place(): void {
    if (this.#placing !== null || this.#waiting.size === 0) return;
    this.#placing = this.#placeWaiting()
      .then(() => {
        this.#placing = null;
        this.#place();
      })
      .catch((error: unknown) => {
        // The database is away: its return is a change of a signal, which comes here again.
        this.#placing = null;
        this.#options.trouble?.(error);
      });
  }

  async #placeWaiting(): Promise<void> {
    const batch = [...this.#waiting.values()];
    const placed = await this.#locked(async (connection) => {
      const places = await placesOfSignals(
        connection,
        batch.map(({ id }) => id),
      );
      const round: PlacingRound = { connection, places, open: new Map(), opened: false };
      for (const signal of batch) await this.#placeOne(signal, round);
      return round;
    });
    for (const signal of batch) {
      const place = placed.places.has(signal.id) ? 'placed' : 'nowhere';
      if (signal.resolvedAt === null) this.#known.set(signal.id, place);
      else this.#known.delete(signal.id);
      // Changed meanwhile: the newer account waits for the next round.
      if (this.#waiting.get(signal.id) === signal) this.#waiting.delete(signal.id);
    }
    if (placed.opened) this.#lookAgain(placed.places);
    this.#tell();
  }

  /** An effect is often noticed before its cause: what was no incident then may be part of this. */
  #lookAgain(places: ReadonlyMap<SignalId, SignalPlace>): void {
    const { signals, clock } = this.#options;
    const since = clock.now().getTime() - VISIBILITY_LIMITS.incidentWindowMs;
    for (const signal of signals.list()) {
      const isRecent = signal.resolvedAt === null || signal.resolvedAt.getTime() >= since;
      const isPlaced = this.#known.get(signal.id) === 'placed' || places.has(signal.id);
      if (isRecent && !isPlaced) this.#waiting.set(signal.id, signal);
    }
  }

  async #placeOne(signal: SignalSummary, round: PlacingRound): Promise<void> {
    const { tenant, id, cause, openedAt, resolvedAt } = signal;
    const { connection, places } = round;
    const at = this.#options.clock.now();
    let place = places.get(id);
    if (place === undefined) {
      const { into } = placeSignal(signal, await this.#openIn(tenant, round));
      if (into === 'no incident') return;
      round.opened ||= into === 'a new incident';
      const incident = into === 'a new incident' ? this.#newId() : into;
      const entry = { kind: 'signal-joined', signal: id, cause, since: openedAt } as const;
      await addEntry(connection, { tenant, id: incident, entry: { at, author: null, entry } });
      place = { incident, ended: false };
      places.set(id, place);
      round.open.delete(tenant);
    }
    if (resolvedAt === null || place.ended) return;
    const entry = { kind: 'signal-ended', signal: id, endedAt: resolvedAt } as const;
    const incident = place.incident;
    await addEntry(connection, { tenant, id: incident, entry: { at, author: null, entry } });
    // The counts are gone in ten minutes: what they say is kept.
    const finding = this.#options.locate?.({ from: openedAt, until: resolvedAt }) ?? null;
    if (finding !== null) {
      const located = { kind: 'located', finding } as const;
      await addEntry(connection, {
        tenant,
        id: incident,
        entry: { at, author: null, entry: located },
      });
    }
    round.open.delete(tenant);
  }

  /** The tenant's open incidents, read once a round until one of them changes. */
  async #openIn(tenant: TenantId | null, round: PlacingRound): Promise<readonly Incident[]> {
    const known = round.open.get(tenant);
    if (known !== undefined) return known;
    const at = this.#options.clock.now();
    const records = await openIncidents(round.connection, tenant);
    const open = records.flatMap((record) => incidentAt(record, at) ?? []);
    round.open.set(tenant, open);
    return open;
  }

  #newId(): IncidentId {
    const { clock, random } = this.#options;
    return uuidV7(clock, random) as IncidentId;
  }

  async #locked<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    return inTransaction(this.#options.pool, async (connection) => {
      await connection.query(LOCK);
      return work(connection);
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
