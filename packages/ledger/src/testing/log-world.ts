import { systemClock, systemTimers, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fakeClock, seededRandom, type TestDatabase } from '@holdfast/testkit';
import { vi } from 'vitest';
import { BodyKeys } from '../bodies/body-keys.ts';
import { KeyRing } from '../bodies/key-ring.ts';
import type { AuditEvent, AuditRow } from '../entry/audit-event.ts';
import { prepareAudit } from '../entry/prepare-audit.ts';
import { AuditProducer } from '../entry/producer.ts';
import { createLogKeys } from '../keys/log-keys.ts';
import { AuditAppender } from '../postgres/audit-appender.ts';
import { LogSequencer, type SequencerOptions } from '../postgres/log-sequencer.ts';
import { commitPatientIndex } from '../postgres/patient-index.ts';
import { type VerifyOptions, verifyLog } from '../postgres/verify-log.ts';
import { readEvent } from './audit-events.ts';

/** A log with its writer, sequencer and verifier, over a test's database. */
export function logWorld(db: TestDatabase, tenant: TenantId) {
  const clock = fakeClock('2026-11-24T04:00:00Z');
  const random = seededRandom(tenant);
  // One database, one log server: the same keys for every tenant of a test file.
  const keys = createLogKeys(seededRandom(7));
  const ring = testRing();
  const bodyKeys = new BodyKeys({ tenant, ring, random: seededRandom(tenant + 1_000) });
  const producer = new AuditProducer({ process: 'api-1', epoch: 1 });
  const context = { tenant, tagKey: keys.tagKey, producer, clock, random };
  const verifier = keys.verifierOf(tenant);
  const prepare = (changes: Partial<AuditEvent> = {}): AuditRow => {
    clock.advance(1);
    return prepareAudit(readEvent(changes), context);
  };
  const appender = new AuditAppender({ pool: db.appPool, tenant, bodyKeys, producer });
  const errors: unknown[] = [];
  const notes: string[] = [];
  const started: LogSequencer[] = [];
  return {
    clock,
    keys,
    ring,
    bodyKeys,
    producer,
    prepare,
    appender,
    errors,
    notes,
    /** Stores records and waits until the fence has passed them. */
    record: async (count: number): Promise<AuditRow[]> => {
      const rows = Array.from({ length: count }, () => prepare());
      await appender.append(rows);
      await fencePassed(db, tenant);
      return rows;
    },
    /** Stores one record of such an event and waits until the fence has passed it. */
    append: async (changes: Partial<AuditEvent>): Promise<AuditRow[]> => {
      const rows = [prepare(changes)];
      await appender.append(rows);
      await fencePassed(db, tenant);
      return rows;
    },
    /** The same as another process, `elapsedMs` later. */
    appendAs: async (other: AuditProducer, elapsedMs: number): Promise<void> => {
      clock.advance(elapsedMs);
      await appender.append([prepareAudit(readEvent({}), { ...context, producer: other })]);
      await fencePassed(db, tenant);
    },
    /** Indexes the patients of what is signed, and waits until the fence has passed its record. */
    index: async () => {
      const committed = await commitPatientIndex(db.pool, {
        tenant,
        prepare: (index) =>
          bodyKeys.seal([
            prepare({ interaction: 'index-root', action: 'E', patientId: null, index }),
          ]),
        committed: (audit) => bodyKeys.committed(audit),
        release: async ({ rows }) => producer.release(rows),
      });
      if (committed) await fencePassed(db, tenant);
      return committed;
    },
    tagOf: (patientId: string) => keys.tagKey.tag({ kind: 'patient', tenant, value: patientId }),
    sequencer: (changes: Partial<SequencerOptions> = {}) => {
      const sequencer = new LogSequencer({
        pool: db.pool,
        keys,
        // Platform time, both: a test that owns time passes a fake clock and manual timers.
        clock: systemClock,
        timers: systemTimers,
        onCheckpoint: (of, note) => of === tenant && notes.push(note),
        onError: (error, of) => (of ?? tenant) === tenant && errors.push(error),
        ...changes,
      });
      started.push(sequencer);
      return sequencer;
    },
    /** Stops whatever sequencers the test made. */
    end: () => Promise.all(started.map((sequencer) => sequencer.stop())),
    verify: (changes: Partial<VerifyOptions> = {}, source: Queryable = db.pool) =>
      verifyLog(source, {
        tenant,
        verifier,
        tagKey: keys.tagKey,
        ring,
        counterSettleMs: 0,
        ...changes,
      }),
  };
}

/** Transactions of other databases of the cluster, e.g. of other test files, hold the fence back too. */
async function fencePassed(db: TestDatabase, tenant: TenantId): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { rows } = await db.pool.query<{ passed: boolean }>(
        `select pg_snapshot_xmin(pg_current_snapshot()) > xid as passed
           from audit where tenant = $1 order by xid desc limit 1`,
        [tenant],
      );
      return rows[0]?.passed;
    },
    { timeout: 60_000, interval: 5 },
  );
}

/** A promise and the function that fulfils it. */
export function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** A key ring of one version. */
export const testRing = (): KeyRing => new KeyRing(new Map([[1, seededRandom(11).bytes(32)]]));
