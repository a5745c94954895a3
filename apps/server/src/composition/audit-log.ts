import { renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random, TenantId } from '@holdfast/kernel';
import {
  AuditAppender,
  AuditProducer,
  type LogKeys,
  LogSequencer,
  systemTimers,
} from '@holdfast/ledger';
import type { Pool } from 'pg';
import { AuditTrail } from '../audit-trail.ts';

export interface AuditLogParts {
  readonly tenant: TenantId;
  readonly requests: Pool;
  readonly owner: Pool;
  readonly keys: LogKeys;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: (error: unknown) => void;
}

/** The tamper-evident log: records go in by `audit`, the sequencer signs its checkpoints. */
export interface AuditLog {
  readonly sequencer: LogSequencer;
  readonly audit: AuditTrail;
}

export function openAuditLog(parts: AuditLogParts): AuditLog {
  const { tenant, requests, owner, keys, dataDirectory, clock, random, trouble } = parts;
  const sequencer = new LogSequencer({
    pool: owner,
    keys,
    clock,
    timers: systemTimers,
    onCheckpoint: (of, note) => keepCheckpoint(dataDirectory, of, note),
    onError: trouble,
  });
  const producer = new AuditProducer({
    process: `${hostname()}-${process.pid}`,
    epoch: clock.now().getTime(),
  });
  const appender = new AuditAppender({
    pool: requests,
    tenant,
    producer,
    onDurable: (of) => sequencer.wake(of),
  });
  const audit = new AuditTrail({ appender, producer, tagKey: keys.tagKey, clock, random });
  return { sequencer, audit };
}

/** A copy outside the database: only it shows that a log was cut off or written anew as a whole. */
function keepCheckpoint(directory: string, tenant: TenantId, note: string): void {
  const file = join(directory, `checkpoint-${tenant}`);
  writeFileSync(`${file}.new`, note);
  renameSync(`${file}.new`, file);
}
