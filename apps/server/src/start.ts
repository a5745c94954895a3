import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Actor, ConsentGates, ConsentProjection, labelsOf } from '@holdfast/consent';
import { ConsumerRuntime, EventSource } from '@holdfast/events';
import { resourceTypes, searchParametersOf } from '@holdfast/fhir';
import { ChildPool, InferenceOrchestrator } from '@holdfast/inference';
import { systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import {
  AuditAppender,
  AuditProducer,
  LogSequencer,
  loadOrCreateLogKeys,
  systemTimers,
} from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import { DevelopmentIssuer, loadOrCreateSigningKey, TokenVerifier } from '@holdfast/signin';
import { CursorSeal, Dictionary, FhirRepository } from '@holdfast/store';
import {
  CAUSES,
  type CauseCode,
  DependencyWatch,
  isCauseCode,
  postgresSignalTable,
  RequestMeter,
  SignalRecorder,
  SignalSpool,
  VISIBILITY_LIMITS,
} from '@holdfast/visibility';
import { createLocalJWKSet } from 'jose';
import { pino } from 'pino';
import { AuditTrail } from './audit-trail.ts';
import { FIRST_TENANT, type ServerConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { IMPORTER, PERSONAS } from './demo/index.ts';
import { createApp } from './http/app.ts';
import { registerConsole } from './http/console-routes.ts';
import { registerFhirRoutes } from './http/fhir-routes.ts';
import { registerFhirSearchRoutes } from './http/fhir-search-routes.ts';
import { LiveFeed, registerLiveRoutes } from './http/live-routes.ts';
import { registerOperationsRoutes } from './http/operations-routes.ts';
import { Decisions, RequestWatcher } from './observer.ts';
import { type OverviewSources, overviewOf } from './overview.ts';
import { loadDemo } from './workers/demo-loader.ts';
import { inferenceConsumer } from './workers/inference-consumer.ts';

export interface RunningServer {
  /** Root address, without a slash at its end. */
  readonly url: string;
  readonly developmentSignIn: boolean;
  /** Address of the database as its owner, for tests and tools: never log it. */
  readonly ownerUrl: string;
  /** The embedded database's process, for drills; undefined with one of one's own. */
  readonly databasePid: () => number | undefined;
  /** Processes of the inference back end, for drills. */
  readonly inferenceChildren: () => readonly (number | null)[];
  /** Lets requests in flight finish, hands leases over, stops the embedded database. */
  stop(): Promise<void>;
}

export const VERSION = '0.1.0';

/** Reads triggers and inputs, writes results: the platform's own decision support. */
const INFERENCE_ACTOR: Actor = {
  tenant: FIRST_TENANT as TenantId,
  principal: 'Device/holdfast-inference',
  closure: ['Device/holdfast-inference'],
  roles: ['system'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'holdfast-inference',
};

/** Composes the platform in one process and serves it. */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const clock = systemClock;
  const random = systemRandom;
  const tenant = FIRST_TENANT as TenantId;
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const trouble = (where: string) => (error: unknown) =>
    logger.warn({ where, kind: (error as Error).name }, 'recovering');
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o755 });
  const database = await openDatabase(config);
  const keysDirectory = join(config.dataDirectory, 'keys');
  const keys = await loadOrCreateLogKeys(keysDirectory, 'holdfast.local/audit');
  const signingKey = await loadOrCreateSigningKey(keysDirectory);

  // For `holdfast ledger verify` beside a running server.
  const addressFile = join(keysDirectory, 'database-url');
  await writeFile(addressFile, database.ownerUrl, { mode: 0o600 });

  const ownerPool = createPool({
    url: database.ownerUrl,
    applicationName: 'holdfast owner',
    max: 6,
  });
  const signals = new SignalRecorder({
    table: postgresSignalTable(ownerPool),
    spool: new SignalSpool(
      join(config.dataDirectory, 'signals.spool'),
      VISIBILITY_LIMITS.spoolFileBytes,
    ),
    trouble: trouble('signals'),
  });
  await signals.start();
  const watch = new DependencyWatch({
    dependency: 'postgres',
    cause: 'postgres-unavailable',
    tenants: [tenant],
    signals,
    clock,
    random,
    ping: async () => {
      await database.workers.query('select 1');
    },
    onChange: ({ state }) => {
      if (state === 'up') signals.databaseAnswers();
    },
  });

  const sequencer = new LogSequencer({
    pool: ownerPool,
    keys,
    clock,
    timers: systemTimers,
    onCheckpoint: (of, note) => keepCheckpoint(config.dataDirectory, of, note),
    onError: trouble('sequencer'),
  });
  const producer = new AuditProducer({
    process: `${hostname()}-${process.pid}`,
    epoch: Date.now(),
  });
  const appender = new AuditAppender({
    pool: database.requests,
    tenant,
    producer,
    onDurable: (of) => sequencer.wake(of),
  });
  const audit = new AuditTrail({ appender, producer, tagKey: keys.tagKey, clock, random });
  const gates = new ConsentGates({ database: () => database.requests, clock });
  const dictionary = await Dictionary.load(
    database.requests,
    resourceTypes.flatMap((type) =>
      [...searchParametersOf(type).keys()].map((code) => ({ type, code })),
    ),
  );
  const seal = new CursorSeal(
    await signingSecret(signingKey.publicJwk, keys.verifierKeyOf(tenant)),
    random,
  );
  const source = new EventSource({ url: database.ownerUrl, trouble: trouble('events') });
  const repository = new FhirRepository({
    tenant,
    pool: database.requests,
    dictionary,
    clock,
    random,
    labelsOf,
    projections: [new ConsentProjection()],
    onWritten: () => {
      sequencer.wake(tenant);
      source.notifyCommitted();
    },
  });

  const backend = new ChildPool(
    config.inferenceProgram === undefined ? {} : { program: config.inferenceProgram },
  );
  backend.warm();
  const orchestrator = new InferenceOrchestrator({
    backend,
    onReport: (report) => {
      const cause: CauseCode = isCauseCode(report.cause)
        ? report.cause
        : 'inference-deadline-exceeded';
      signals.report({
        cause,
        component: CAUSES[cause].component,
        tenant: report.tenant ?? tenant,
        patients: report.patients,
        tier: report.tier,
        outcome: 'degraded',
      });
    },
  });
  const runtime = new ConsumerRuntime(
    {
      url: database.ownerUrl,
      signal: source,
      trouble: (group, error) => trouble(`consumer ${group}`)(error),
    },
    [
      inferenceConsumer({
        actor: INFERENCE_ACTOR,
        pool: database.workers,
        gates,
        dictionary,
        seal,
        repository,
        orchestrator,
        audit,
        clock,
        random,
      }),
    ],
  );

  const meter = new RequestMeter(clock);
  const decisions = new Decisions(clock);
  const watcher = new RequestWatcher({ meter, decisions, watch, signals, tenant });
  const sources: OverviewSources = {
    tenant,
    clock,
    startedAt: clock.now(),
    version: VERSION,
    databaseVersion: database.embedded?.version ?? 'external',
    pool: database.workers,
    watch,
    meter,
    decisions,
    runtime,
    backend,
    orchestrator,
    sequencer,
    keys,
    signals,
  };
  const feed = new LiveFeed(() => overviewOf(sources));
  const app = createApp({
    clock,
    random,
    logger,
    observer: {
      started: (facts) => watcher.started(facts),
      finished: (facts, status) => {
        watcher.finished(facts, status);
        if (!facts.unmetered) feed.changed();
      },
      failed: (facts, fault) => watcher.failed(facts, fault),
    },
  });
  let url = config.publicUrl ?? '';
  const names = { issuer: 'urn:holdfast:development', audience: 'urn:holdfast:fhir' };
  const verifier = new TokenVerifier({
    keys: createLocalJWKSet({ keys: [signingKey.publicJwk] }),
    ...names,
    clock,
  });
  const issuer =
    config.environment === 'production'
      ? undefined
      : new DevelopmentIssuer({
          personas: [...PERSONAS, IMPORTER],
          signingKey,
          ...names,
          clock,
          environment: config.environment,
        });
  const fhir = {
    pool: database.requests,
    dictionary,
    repository,
    gates,
    audit,
    verifier,
    seal,
    clock,
    random,
    version: VERSION,
    baseUrl: () => url,
  };
  registerFhirRoutes(app, fhir);
  registerFhirSearchRoutes(app, fhir);
  registerOperationsRoutes(app, {
    verifier,
    issuer,
    overview: () => overviewOf(sources),
    signals,
    audit,
    pool: database.requests,
    databaseUp: () => watch.state().state === 'up',
  });
  registerLiveRoutes(app, { verifier, feed, signals, clock });
  await registerConsole(app);

  await source.start();
  await runtime.start();
  sequencer.wake();
  if (config.demo && issuer !== undefined) {
    const loaded = await loadDemo({
      repository,
      gates,
      audit,
      clock,
      pool: database.requests,
      onProgress: config.onProgress,
    });
    // Without statistics the planner reads a whole type to find one resource.
    if (loaded) await ownerPool.query('analyze');
    sequencer.wake(tenant);
  }
  const address = await app.listen({ host: config.host, port: config.port });
  url = config.publicUrl ?? address;
  return {
    url,
    developmentSignIn: issuer !== undefined,
    ownerUrl: database.ownerUrl,
    databasePid: () => database.embedded?.pid,
    inferenceChildren: () => backend.status().children.map((child) => child.pid),
    stop: async () => {
      feed.close();
      await app.close();
      await runtime.stop();
      await source.stop();
      orchestrator.stop();
      await backend.stop();
      await sequencer.stop();
      watch.stop();
      await signals.stop();
      await ownerPool.end();
      await rm(addressFile, { force: true });
      await database.close();
    },
  };
}

/** A copy outside the database: only it shows that a log was cut off or written anew as a whole. */
function keepCheckpoint(directory: string, tenant: TenantId, note: string): void {
  const file = join(directory, `checkpoint-${tenant}`);
  writeFileSync(`${file}.new`, note);
  renameSync(`${file}.new`, file);
}

/** The cursor secret: stable over restarts, known to every process that holds the keys. */
async function signingSecret(...parts: readonly unknown[]): Promise<Uint8Array> {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', text));
}
