import type { TenantId } from '@holdfast/kernel';
import { fakeClock, seededRandom, type TestDatabase } from '@holdfast/testkit';
import type { AuditEvent, AuditRow } from '../entry/audit-event.ts';
import { prepareAudit } from '../entry/prepare-audit.ts';
import { AuditProducer } from '../entry/producer.ts';
import { createLogKeys } from '../keys/log-keys.ts';
import { AuditAppender } from '../postgres/audit-appender.ts';
import { LogSequencer, type SequencerOptions } from '../postgres/log-sequencer.ts';
import { verifyLog, type VerifyOptions } from '../postgres/verify-log.ts';
import { systemTimers } from '../timers.ts';
import { readEvent } from './audit-events.ts';

/** A log with its writer, sequencer and verifier, over a test's database. */
export function logWorld(db: TestDatabase, tenant: TenantId) {
  const clock = fakeClock('2026-11-24T04:00:00Z');
  const random = seededRandom(tenant);
  const keys = createLogKeys(random);
  const producer = new AuditProducer({ process: 'api-1', epoch: 1 });
  const context = { tenant, tagKey: keys.tagKey, producer, clock, random };
  const verifier = keys.verifierOf(tenant);
  const prepare = (changes: Partial<AuditEvent> = {}): AuditRow => {
    clock.advance(1);
    return prepareAudit(readEvent(changes), context);
  };
  const appender = new AuditAppender({ pool: db.appPool, tenant, producer });
  const errors: unknown[] = [];
  const notes: string[] = [];
  return {
    clock,
    keys,
    producer,
    prepare,
    appender,
    errors,
    notes,
    record: async (count: number): Promise<AuditRow[]> => {
      const rows = Array.from({ length: count }, () => prepare());
      await appender.append(rows);
      return rows;
    },
    sequencer: (changes: Partial<SequencerOptions> = {}) =>
      new LogSequencer({
        pool: db.pool,
        keys,
        clock,
        timers: systemTimers,
        onCheckpoint: (of, note) => of === tenant && notes.push(note),
        onError: (error) => errors.push(error),
        ...changes,
      }),
    verify: (changes: Partial<VerifyOptions> = {}) =>
      verifyLog(db.pool, { tenant, verifier, counterSettleMs: 0, ...changes }),
  };
}
