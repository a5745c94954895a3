import { renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, type Random, systemTimers, type TenantId } from '@holdfast/kernel';
import {
  AuditAppender,
  AuditProducer,
  BodyKeys,
  commitPatientIndex,
  haltsLog,
  type KeyRing,
  type LogKeys,
  LogSequencer,
  nodeCryptography,
  noteVerifier,
  type WitnessAddress,
} from '@holdfast/ledger';
import type { SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';
import { AuditTrail } from '../audit-trail.ts';
import { CheckpointPublisher } from '../checkpoint-publisher.ts';
import type { WitnessSetting } from '../config.ts';
import { serverFault } from '../errors.ts';
import { LedgerWatch } from '../ledger-watch.ts';
import { PatientIndexUpkeep } from '../patient-index-upkeep.ts';

export interface AuditLogParts {
  readonly tenant: TenantId;
  readonly requests: Pool;
  readonly owner: Pool;
  readonly secrets: { readonly log: LogKeys; readonly ring: KeyRing };
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: SignalRecorder;
  readonly witnesses: readonly WitnessSetting[];
  readonly trouble: (error: unknown) => void;
}

/** The tamper-evident log: records go in by `audit`, the sequencer signs its checkpoints. */
export interface AuditLog {
  readonly sequencer: LogSequencer;
  readonly audit: AuditTrail;
  readonly ledger: LedgerWatch;
  readonly publisher: CheckpointPublisher;
  readonly indexUpkeep: PatientIndexUpkeep;
}

export function openAuditLog(parts: AuditLogParts): AuditLog {
  const { tenant, requests, owner, dataDirectory, clock, random, signals, trouble } = parts;
  const { log: keys, ring } = parts.secrets;
  const witnesses = parts.witnesses.map(addressOf);
  const publisher = new CheckpointPublisher({ tenant, witnesses, requests, owner, signals });
  const ledger = new LedgerWatch({ tenant, sequencer: () => sequencer, signals, clock });
  const sequencer: LogSequencer = new LogSequencer({
    pool: owner,
    keys,
    clock,
    timers: systemTimers,
    keptCheckpoint: (of) => keptCheckpoint(dataDirectory, of),
    onCheckpoint: (of, note) => {
      keepCheckpoint(dataDirectory, of, note);
      ledger.signed();
      publisher.publish(note);
      indexUpkeep.signed(note);
    },
    onError: (error) => {
      if (haltsLog(error)) ledger.halted();
      trouble(error);
    },
  });
  const producer = new AuditProducer({
    process: `${hostname()}-${process.pid}`,
    epoch: clock.now().getTime(),
  });
  const bodyKeys = new BodyKeys({ tenant, ring, random });
  const appender = new AuditAppender({
    pool: requests,
    tenant,
    bodyKeys,
    producer,
    onDurable: () => ledger.committed(),
    onFailed: () => ledger.appendFailed(),
  });
  const { tagKey } = keys;
  const audit = new AuditTrail({ appender, producer, bodyKeys, tagKey, clock, random });
  const indexUpkeep: PatientIndexUpkeep = new PatientIndexUpkeep({
    commit: async () => {
      if (await commitPatientIndex(owner, { tenant, ...audit.forIndex(tenant) }))
        ledger.committed();
    },
    trouble,
  });
  return { sequencer, audit, ledger, publisher, indexUpkeep };
}

/** @throws Fault SERVER_WITNESS_KEY_INVALID */
function addressOf({ url, key }: WitnessSetting): WitnessAddress {
  const verifier = noteVerifier(key, nodeCryptography);
  if (!verifier.ok) throw serverFault('SERVER_WITNESS_KEY_INVALID');
  return { url: url.replace(/\/+$/, ''), verifier: verifier.value };
}

const checkpointFile = (directory: string, tenant: TenantId): string =>
  join(directory, `checkpoint-${tenant}`);

/** null where none was kept yet; what can't be read is no reason to sign without it. */
async function keptCheckpoint(directory: string, tenant: TenantId): Promise<string | null> {
  return readFile(checkpointFile(directory, tenant), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
}

/** A copy outside the database: only it shows that a log was cut off or written anew as a whole. */
function keepCheckpoint(directory: string, tenant: TenantId, note: string): void {
  const file = checkpointFile(directory, tenant);
  writeFileSync(`${file}.new`, note);
  renameSync(`${file}.new`, file);
}
