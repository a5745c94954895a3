import { complianceMigrations, LogRecords } from '@holdfast/compliance';
import {
  type RequestId,
  systemClock,
  systemRandom,
  systemTimers,
  type TenantId,
} from '@holdfast/kernel';
import {
  AuditAppender,
  AuditBodies,
  type AuditEvent,
  AuditProducer,
  BodyKeys,
  commitPatientIndex,
  createLogKeys,
  KeyRing,
  LogSequencer,
  ledgerMigrations,
  prepareAudit,
} from '@holdfast/ledger';
import { createPool, migrate, postgresMigrations } from '@holdfast/postgres';

export const TENANT = 1 as TenantId;
/** Records about the patient asked for, spread evenly over the whole log. */
export const ANSWER = 30;
const OTHERS = 997;
/** Records of one call, and calls at a time. */
const GROUP = 512;
const CALLERS = 8;

/** A signed and indexed log of so many records, of which `ANSWER` are about `Patient/asked`. */
export async function grownLog(url: string, size: number) {
  const owner = createPool({ url, tenant: TENANT, max: 4 });
  await migrate(owner, [postgresMigrations, ledgerMigrations, complianceMigrations]);
  const app = createPool({ url, role: 'holdfast_app', tenant: TENANT, max: 4 });
  const keys = createLogKeys(systemRandom);
  const ring = new KeyRing(new Map([[1, systemRandom.bytes(32)]]));
  const bodyKeys = new BodyKeys({ tenant: TENANT, ring, random: systemRandom });
  const producer = new AuditProducer({ process: 'bench', epoch: 1 });
  const appender = new AuditAppender({ pool: app, tenant: TENANT, bodyKeys, producer });
  const context = {
    ...{ tenant: TENANT, tagKey: keys.tagKey, producer },
    ...{ clock: systemClock, random: systemRandom },
  };
  const every = Math.floor(size / ANSWER);
  const startedAt = performance.now();
  const group = async (from: number): Promise<void> => {
    const numbers = Array.from({ length: Math.min(GROUP, size - from) }, (_, n) => from + n);
    const rows = numbers.map((n) => {
      const isAsked = n % every === 0 && n < every * ANSWER;
      return prepareAudit(eventOf(isAsked ? 'asked' : `other-${n % OTHERS}`, n), context);
    });
    await appender.append(rows);
  };
  for (let from = 0; from < size; from += GROUP * CALLERS) {
    const starts = Array.from({ length: CALLERS }, (_, n) => from + n * GROUP);
    await Promise.all(starts.filter((start) => start < size).map(group));
  }
  const appendsPerSecond = (size * 1_000) / (performance.now() - startedAt);
  const sequencer = new LogSequencer({
    ...{ pool: owner, keys, clock: systemClock, timers: systemTimers },
    onCheckpoint: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  await sequencer.start();
  await sequencer.flush();
  await commitPatientIndex(owner, {
    tenant: TENANT,
    prepare: (index) => bodyKeys.seal([prepareAudit({ ...eventOf(null, 0), index }, context)]),
    committed: (audit) => bodyKeys.committed(audit),
    release: async ({ rows }) => producer.release(rows),
  });
  await sequencer.flush();
  await owner.query('vacuum analyze');
  return {
    ...{ owner, app, keys, ring, appendsPerSecond },
    tag: keys.tagKey.tag({ kind: 'patient', tenant: TENANT, value: 'asked' }),
    records: new LogRecords({ tenant: TENANT, bodies: new AuditBodies({ tenant: TENANT, ring }) }),
    close: async () => {
      await sequencer.stop();
      await app.end();
      await owner.end();
    },
  };
}

export type GrownLog = Awaited<ReturnType<typeof grownLog>>;

function eventOf(patientId: string | null, n: number): AuditEvent {
  return {
    requestId: `bench-${n}` as RequestId,
    actor: `Practitioner/p${n % 40}`,
    roles: ['clinician'],
    purposes: [n % 4 === 0 ? 'HRESCH' : 'TREAT'],
    action: patientId === null ? 'E' : 'R',
    interaction: patientId === null ? 'index-root' : 'read',
    outcome: 0,
    target: patientId === null ? null : `Observation/o${n}/_history/1`,
    patientId,
    decision: patientId === null ? null : { consentClass: 1, epoch: 1n, verdict: 'release' },
  };
}
