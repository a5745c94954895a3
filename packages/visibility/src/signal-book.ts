import type { PatientId } from '@holdfast/kernel';
import { CAUSES } from './causes.ts';
import type {
  DataCategory,
  Occurrence,
  Signal,
  SignalChange,
  SignalId,
  SignalKey,
  SignalSummary,
} from './signal.ts';
import { signalKey } from './signal.ts';

export interface BookLimits {
  readonly openSignals: number;
  readonly recentSignals: number;
  readonly patients: number;
  readonly mergeWindowMs: number;
}

type Entry = {
  -readonly [Field in keyof Omit<SignalSummary, 'patientCount'>]: SignalSummary[Field];
} & { readonly patients: Set<PatientId> };

/** What an occurrence is stamped with. */
export interface Stamp {
  readonly at: Date;
  /** The signal's id, should this occurrence open one. */
  readonly id: SignalId;
  /** The id of the overflow's own signal, should this occurrence not fit. */
  readonly overflowId: SignalId;
}

/**
 * The signals a process knows: occurrences of one story merge into one open signal with the union
 * of their patients. Deterministic: time and ids are arguments. Bounded, and what does not fit is
 * counted by a signal of its own.
 */
export class SignalBook {
  readonly #limits: BookLimits;
  readonly #open = new Map<string, Entry>();
  /** Resolved ones, oldest first. */
  readonly #recent = new Map<SignalId, Entry>();
  #patients = 0;

  constructor(limits: BookLimits) {
    this.#limits = limits;
  }

  /** @returns what changed, in order; empty only where nothing fits, not even a count */
  report(occurrence: Occurrence, stamp: Stamp): SignalChange[] {
    const changes = this.lapse(stamp.at);
    const key = keyOf(occurrence);
    const open = this.#open.get(key);
    if (open === undefined && this.#isFull(occurrence)) {
      return [...changes, ...this.#overflow(stamp)];
    }
    const entry = open ?? entryOf(occurrence, stamp);
    this.#open.set(key, entry);
    const { added, left } = this.#addPatients(entry, occurrence.patients ?? []);
    if (open !== undefined) mergeInto(entry, occurrence, stamp.at);
    const kind = open === undefined ? ('opened' as const) : ('merged' as const);
    changes.push({ kind, signal: summaryOf(entry), addedPatients: added });
    if (left > 0) changes.push(...this.#overflow(stamp));
    return changes;
  }

  /** The end of a condition was observed; null where none is open. */
  resolve(key: SignalKey, at: Date): SignalChange | null {
    const text = keyOf(key);
    const entry = this.#open.get(text);
    return entry === undefined ? null : this.#close(text, entry, at);
  }

  /** Closes single-event signals that have been quiet for longer than the window. */
  lapse(at: Date): SignalChange[] {
    const changes: SignalChange[] = [];
    for (const [key, entry] of this.#open) {
      const quietMs = at.getTime() - entry.lastSeenAt.getTime();
      if (CAUSES[entry.cause].lasts === 'until-resolved') continue;
      if (quietMs > this.#limits.mergeWindowMs) {
        changes.push(this.#close(key, entry, entry.lastSeenAt));
      }
    }
    return changes;
  }

  /**
   * Takes up what an earlier process, or a spool, left; the newer account of a signal wins.
   *
   * @returns the closing of a signal whose story is open here under another id
   */
  adopt(signal: Signal): SignalChange | null {
    const key = signalKey(signal);
    const known = this.#recent.get(signal.id) ?? this.#byId(signal.id);
    if (known !== undefined) {
      this.#addPatients(known, signal.patients);
      if (signal.occurrences > known.occurrences) {
        known.occurrences = signal.occurrences;
        known.lastSeenAt = signal.lastSeenAt;
      }
      if (signal.resolvedAt !== null && known.resolvedAt === null) {
        this.#close(key, known, signal.resolvedAt);
      }
      return null;
    }
    const { patients, patientCount: _, ...rest } = signal;
    const entry: Entry = { ...rest, patients: new Set() };
    this.#addPatients(entry, patients);
    if (signal.resolvedAt === null && !this.#open.has(key)) this.#open.set(key, entry);
    else this.#remember(entry);
    if (signal.resolvedAt !== null || this.#open.get(key) === entry) return null;
    entry.resolvedAt = entry.lastSeenAt;
    return { kind: 'resolved', signal: summaryOf(entry), addedPatients: [] };
  }

  /** Open ones first, each part with the latest seen first. */
  list(): SignalSummary[] {
    const latestFirst = (a: Entry, b: Entry) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime();
    return [
      ...[...this.#open.values()].sort(latestFirst),
      ...[...this.#recent.values()].sort(latestFirst),
    ].map(summaryOf);
  }

  get(id: SignalId): Signal | null {
    const entry = this.#byId(id) ?? this.#recent.get(id);
    if (entry === undefined) return null;
    return { ...summaryOf(entry), patients: [...entry.patients].sort() };
  }

  #byId(id: SignalId): Entry | undefined {
    for (const entry of this.#open.values()) if (entry.id === id) return entry;
    return undefined;
  }

  #isFull(occurrence: Occurrence): boolean {
    // The overflow's own signal always fits: it is what tells of the others.
    if (occurrence.cause === 'signal-book-overflow') return false;
    return this.#open.size >= this.#limits.openSignals;
  }

  #overflow(stamp: Stamp): SignalChange[] {
    const occurrence: Occurrence = {
      cause: 'signal-book-overflow',
      tenant: null,
      outcome: 'degraded',
    };
    return this.report(occurrence, { ...stamp, id: stamp.overflowId });
  }

  #addPatients(
    entry: Entry,
    patients: readonly PatientId[],
  ): { readonly added: PatientId[]; readonly left: number } {
    const added: PatientId[] = [];
    let left = 0;
    for (const patient of patients) {
      if (entry.patients.has(patient)) continue;
      if (this.#patients >= this.#limits.patients) {
        left += 1;
        continue;
      }
      entry.patients.add(patient);
      this.#patients += 1;
      added.push(patient);
    }
    entry.patientsUncounted += left;
    return { added, left };
  }

  #close(key: string, entry: Entry, at: Date): SignalChange {
    entry.resolvedAt = at;
    this.#open.delete(key);
    this.#remember(entry);
    return { kind: 'resolved', signal: summaryOf(entry), addedPatients: [] };
  }

  #remember(entry: Entry): void {
    this.#recent.set(entry.id, entry);
    if (this.#recent.size <= this.#limits.recentSignals) return;
    const [oldest] = this.#recent.values();
    if (oldest === undefined) return;
    this.#recent.delete(oldest.id);
    this.#patients -= oldest.patients.size;
  }
}

function keyOf(key: SignalKey): string {
  return signalKey({
    cause: key.cause,
    component: key.component ?? CAUSES[key.cause].component,
    dependency: key.dependency ?? null,
    tenant: key.tenant,
  });
}

function entryOf(occurrence: Occurrence, { at, id }: Stamp): Entry {
  return {
    id,
    cause: occurrence.cause,
    component: occurrence.component ?? CAUSES[occurrence.cause].component,
    dependency: occurrence.dependency ?? null,
    tenant: occurrence.tenant,
    patients: new Set(),
    patientsUncounted: 0,
    dataCategories: [...(occurrence.dataCategories ?? [])].sort(),
    tier: occurrence.tier ?? null,
    outcome: occurrence.outcome,
    traceId: occurrence.traceId ?? null,
    requestId: occurrence.requestId ?? null,
    openedAt: at,
    lastSeenAt: at,
    resolvedAt: null,
    occurrences: 1,
  };
}

const OUTCOMES_BY_GRAVITY = ['delayed', 'degraded', 'refused', 'failed'] as const;

function mergeInto(entry: Entry, occurrence: Occurrence, at: Date): void {
  entry.occurrences += 1;
  entry.lastSeenAt = at > entry.lastSeenAt ? at : entry.lastSeenAt;
  entry.traceId ??= occurrence.traceId ?? null;
  entry.requestId ??= occurrence.requestId ?? null;
  const categories = new Set<DataCategory>(entry.dataCategories);
  for (const each of occurrence.dataCategories ?? []) categories.add(each);
  entry.dataCategories = [...categories].sort();
  const tier = occurrence.tier ?? null;
  if (tier !== null) entry.tier = Math.min(entry.tier ?? tier, tier);
  const graver =
    OUTCOMES_BY_GRAVITY.indexOf(occurrence.outcome) > OUTCOMES_BY_GRAVITY.indexOf(entry.outcome);
  if (graver) entry.outcome = occurrence.outcome;
}

function summaryOf(entry: Entry): SignalSummary {
  const { patients, ...summary } = entry;
  return { ...summary, patientCount: patients.size };
}
