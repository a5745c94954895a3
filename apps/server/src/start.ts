import { mkdir } from 'node:fs/promises';
import { AdmissionGate } from '@holdfast/admission';
import { AsyncRequests, type AsyncRunner } from '@holdfast/async-requests';
import { type EventSource, systemTimers } from '@holdfast/events';
import { ENFORCE_ALL } from '@holdfast/fhir';
import { systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { openAsyncRunner } from './composition/async-runner.ts';
import { type AuditLog, openAuditLog } from './composition/audit-log.ts';
import { type BrokerRelay, openBrokerRelay } from './composition/broker-relay.ts';
import { type EventFlow, openEventFlow } from './composition/event-flow.ts';
import { openEventSource } from './composition/event-source.ts';
import { type Intelligence, prepareIntelligence } from './composition/intelligence.ts';
import { type Observation, startObservation } from './composition/observation.ts';
import { openRecordStore, type RecordStore } from './composition/record-store.ts';
import { openSecrets, type Secrets } from './composition/secrets.ts';
import { openSignIn, type SignIn } from './composition/sign-in.ts';
import { openSubscriptions, type Subscriptions } from './composition/subscriptions.ts';
import { FIRST_TENANT, type ServerConfig } from './config.ts';
import { type Database, openDatabase } from './database.ts';
import { registerAdmission } from './http/admission-hook.ts';
import { createApp } from './http/app.ts';
import { registerBreakGlassRoutes } from './http/break-glass-routes.ts';
import { registerConsentRoutes } from './http/consent-routes.ts';
import { registerConsole } from './http/console-routes.ts';
import { Drain, registerDrain } from './http/drain.ts';
import { registerEventRoutes } from './http/event-routes.ts';
import { registerFhirInterface } from './http/fhir-interface.ts';
import type { FhirRoutesOptions } from './http/fhir-routes-options.ts';
import { registerIncidentRoutes } from './http/incident-routes.ts';
import { registerLabelRoutes } from './http/label-routes.ts';
import { registerLedgerRoutes } from './http/ledger-routes.ts';
import { LiveFeed, registerLiveRoutes } from './http/live-routes.ts';
import { registerNotices } from './http/obliged.ts';
import { registerOperationsRoutes } from './http/operations-routes.ts';
import { registerPolicyRoutes } from './http/policy-routes.ts';
import { registerRefusalAudit } from './http/refusal-audit.ts';
import { registerSubscriptionRoutes } from './http/subscription-routes.ts';
import { registerWhatIfRoutes } from './http/what-if-routes.ts';
import { OWNER_CONNECTIONS } from './limits.ts';
import { type OverviewSources, overviewOf } from './overview.ts';
import { troubleOf } from './trouble.ts';
import { ConsentUpkeep } from './workers/consent-upkeep.ts';
import { loadDemo } from './workers/demo-loader.ts';

export interface RunningServer {
  /** Root address, without a slash at its end. */
  readonly url: string;
  readonly developmentSignIn: boolean;
  /** The OpenID provider whose tokens are taken; undefined where none is configured. */
  readonly openIdIssuer: string | undefined;
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

/** Everything one process is made of; each part is opened once, in the order it is listed. */
interface Platform
  extends Observation,
    AuditLog,
    RecordStore,
    Intelligence,
    Subscriptions,
    BrokerRelay,
    EventFlow,
    SignIn {
  /** The server's root address without a slash at its end, known once it listens. */
  readonly address: { url: string };
  readonly config: ServerConfig;
  readonly tenant: TenantId;
  readonly logger: Logger;
  readonly database: Database;
  readonly owner: ReturnType<typeof createPool>;
  readonly secrets: Secrets;
  readonly source: EventSource;
  readonly gate: AdmissionGate;
  readonly drain: Drain;
  readonly upkeep: ConsentUpkeep;
}

const clock = systemClock;
const random = systemRandom;

/** Composes the platform in one process and serves it. */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o755 });
  const database = await openDatabase(config);
  const platform = await compose(config, database).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const mounted = await mount(platform);
  try {
    return await serve(platform, mounted);
  } catch (error) {
    await stop(platform, mounted);
    throw error;
  }
}

async function serve(platform: Platform, mounted: Mounted): Promise<RunningServer> {
  const { config, database, backend, issuer, source, runtime, sequencer } = platform;
  const { app, servedAt, asyncRunner } = mounted;
  await source.start();
  platform.tail.start();
  if (config.role !== 'api') await runtime.start();
  platform.subscriptions.start();
  sequencer.wake();
  platform.upkeep.wake();
  await loadDemoIfAsked(platform);
  greetProvider(platform);
  const address = await app.listen({ host: config.host, port: config.port });
  const url = servedAt(config.publicUrl ?? address);
  // What it goes on with may say where it is: so not before that is known.
  if (config.role !== 'api') asyncRunner.start();
  return {
    url,
    developmentSignIn: issuer !== undefined,
    openIdIssuer: platform.provider?.issuer,
    ownerUrl: database.ownerUrl,
    databasePid: () => database.embedded?.pid,
    inferenceChildren: () => backend.status().children.map((child) => child.pid),
    stop: () => stop(platform, mounted),
  };
}

async function compose(config: ServerConfig, database: Database): Promise<Platform> {
  const tenant = FIRST_TENANT as TenantId;
  const { dataDirectory, logLevel, worker } = config;
  const logger = pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
  const trouble = (where: string) => (error: unknown) => logger.warn(troubleOf(where, error));
  const { ownerUrl, requests, workers } = database;
  const secrets = await openSecrets(dataDirectory, ownerUrl);
  const owner = createPool({
    url: ownerUrl,
    applicationName: 'holdfast owner',
    max: OWNER_CONNECTIONS,
  });
  const at = { tenant, clock, random, database, owner, requests, workers, dataDirectory, worker };
  const observation = await startObservation({ ...at, trouble: trouble('signals') });
  const log = openAuditLog({
    ...at,
    keys: secrets.log,
    signals: observation.signals,
    witnesses: config.witnesses ?? [],
    trouble: trouble('sequencer'),
  });
  const source = openEventSource(ownerUrl, logger, trouble('events'));
  const records = await openRecordStore({
    ...at,
    source,
    ledger: log.ledger,
    cursorSecret: secrets.cursor,
    policy: {
      ...(config.references && { references: config.references }),
      ...(config.updateCreates !== undefined && { updateCreates: config.updateCreates }),
    },
  });
  const intelligence = prepareIntelligence({
    ...at,
    records,
    audit: log.audit,
    signals: observation.signals,
    program: config.inferenceProgram,
  });
  const reactions = react({
    ...at,
    ...observation,
    ...log,
    ...intelligence,
    config,
    records,
    source,
    secrets,
    trouble,
  });
  return {
    config,
    tenant,
    logger,
    database,
    owner,
    secrets,
    source,
    gate: new AdmissionGate({ clock }),
    drain: new Drain(),
    upkeep: new ConsentUpkeep({ tenant, pool: workers, trouble: trouble('consent upkeep') }),
    ...observation,
    ...log,
    ...records,
    ...intelligence,
    ...reactions,
    ...openSignIn({ tenant, config, signingKey: secrets.signing, clock }),
  };
}

interface ReactionParts
  extends Pick<
    Platform,
    'config' | 'tenant' | 'source' | 'secrets' | 'audit' | 'owner' | 'signals'
  > {
  readonly database: Database;
  readonly records: RecordStore;
  readonly inferenceConsumers: Intelligence['inferenceConsumers'];
  readonly trouble: (where: string) => (error: unknown) => void;
}

/** Everything that acts on events. */
function react(
  parts: ReactionParts,
): Subscriptions & BrokerRelay & EventFlow & Pick<Platform, 'address'> {
  const { config, secrets, inferenceConsumers, trouble } = parts;
  const address = { url: config.publicUrl ?? '' };
  const subscriptions = openSubscriptions({
    ...parts,
    clock,
    random,
    settings: config.subscriptions,
    master: secrets.subscriptions,
    address,
    timers: systemTimers,
    trouble: trouble('subscriptions'),
  });
  const relay = openBrokerRelay({
    settings: config.broker,
    url: parts.database.ownerUrl,
    owner: parts.owner,
    signals: parts.signals,
    trouble: trouble('broker'),
  });
  const consumers = [
    ...inferenceConsumers,
    subscriptions.subscriptions.consumer,
    ...relay.relayConsumers,
  ];
  const flow = openEventFlow({ ...parts, clock, random, consumers });
  return { ...subscriptions, ...relay, ...flow, address };
}

interface Mounted {
  readonly app: FastifyInstance;
  readonly feed: LiveFeed;
  readonly asyncRunner: AsyncRunner;
  /** Tells the routes where clients reach them, known once the server listens. */
  readonly servedAt: (url: string) => string;
}

/** What the FHIR routes and the asynchronous requests work with. */
function fhirOptionsOf(platform: Platform): FhirRoutesOptions {
  const { database, config, address, subscriptions } = platform;
  return {
    ...platform,
    pool: database.requests,
    clock,
    random,
    version: VERSION,
    validation: config.validation ?? ENFORCE_ALL,
    baseUrl: () => address.url,
    rules: subscriptions.rules,
    asyncRequests: new AsyncRequests(database.requests),
  };
}

async function mount(platform: Platform): Promise<Mounted> {
  const { tenant, logger, database, watcher, signals, secrets } = platform;
  const sources: OverviewSources = {
    ...platform,
    tenant,
    clock,
    startedAt: clock.now(),
    version: VERSION,
    databaseVersion: database.embedded?.version ?? 'external',
    pool: database.workers,
    keys: secrets.log,
  };
  const feed = new LiveFeed(() => overviewOf(sources), clock);
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
  registerDrain(app, platform.drain);
  registerAdmission(app, platform);
  registerNotices(app);
  registerRefusalAudit(app, { ...platform, pool: database.requests });
  const fhir = fhirOptionsOf(platform);
  if (platform.config.role !== 'worker') registerRecords(app, platform, fhir);
  mountOperations(app, platform, () => overviewOf(sources));
  registerLiveRoutes(app, { ...platform, feed, signals });
  platform.tail.subscribe(() => feed.changed());
  await registerConsole(app);
  return {
    app,
    feed,
    asyncRunner: openAsyncRunner({
      fhir,
      tenant,
      url: database.ownerUrl,
      trouble: (error) => logger.warn(troubleOf('async requests', error)),
    }),
    servedAt: (url) => {
      platform.address.url = url;
      return url;
    },
  };
}

/** All that reads or writes health records, or tells of them. */
function registerRecords(
  app: FastifyInstance,
  platform: Platform,
  fhir: FhirRoutesOptions,
): void {
  const { database, secrets } = platform;
  registerSubscriptionRoutes(app, { ...fhir, subscriptions: platform.subscriptions });
  registerFhirInterface(app, fhir);
  registerConsentRoutes(app, { ...platform, pool: database.requests });
  registerPolicyRoutes(app, { ...platform, pool: database.requests });
  registerWhatIfRoutes(app, { ...platform, clock, pool: database.requests });
  registerLabelRoutes(app, { ...platform, pool: database.requests });
  registerBreakGlassRoutes(app, { ...platform, pool: database.requests, clock, random });
  registerLedgerRoutes(app, {
    ...platform,
    pool: database.requests,
    accesses: { ...platform, keys: secrets.log },
  });
  registerEventRoutes(app, { ...platform, records: platform.subscriptions.records });
}

/** What operators and officers ask of the platform itself. */
function mountOperations(
  app: FastifyInstance,
  platform: Platform,
  overview: () => ReturnType<typeof overviewOf>,
): void {
  const { config, drain, watch, ledger } = platform;
  registerOperationsRoutes(app, {
    ...platform,
    overview,
    version: VERSION,
    databaseUp: () => watch.state().state === 'up',
    draining: () => drain.begun,
    ledgerState: () => ledger.state(),
  });
  registerIncidentRoutes(app, {
    ...platform,
    organisation: config.organisation ?? { answers: {}, timeZone: 'UTC' },
    clock,
  });
}

/** Says early what the first token would find out; the start does not wait for it. */
function greetProvider({ provider, config }: Platform): void {
  provider?.discover().catch((error: Error & { cause?: unknown }) => {
    const reason = error.cause instanceof Error ? error.cause.message : 'no answer';
    config.onProgress(
      `The OpenID provider ${provider.issuer} cannot be used yet (${reason}): ` +
        'its tokens are refused with 503 until it can',
    );
  });
}

async function loadDemoIfAsked(platform: Platform): Promise<void> {
  const { config, issuer, database, owner, sequencer, tenant } = platform;
  if (!config.demo || issuer === undefined) return;
  const loaded = await loadDemo({
    ...platform,
    clock,
    pool: database.requests,
    onProgress: config.onProgress,
  });
  // Without statistics the planner reads a whole type to find one resource.
  if (loaded) await owner.query('analyze');
  sequencer.wake(tenant);
}

/** In the opposite order of the start: nobody is left waiting for a part that has ended. */
async function stop(platform: Platform, { app, feed, asyncRunner }: Mounted): Promise<void> {
  platform.drain.begin();
  await new Promise<void>((resolve) => {
    systemTimers.after(platform.config.drainMs ?? 0, resolve);
  });
  feed.close();
  await app.close();
  await asyncRunner.stop();
  platform.gate.close();
  await platform.upkeep.stop();
  await platform.runtime.stop();
  await platform.closeRelay();
  await platform.subscriptions.stop();
  await platform.tail.stop();
  await platform.source.stop();
  await platform.closeFlow();
  platform.orchestrator.stop();
  await platform.backend.stop();
  platform.ledger.stop();
  await platform.sequencer.stop();
  await platform.publisher.idle();
  platform.watch.stop();
  await platform.incidents.stop();
  await platform.signals.stop();
  await platform.owner.end();
  // Others of this machine may go on: who started them takes it back.
  if (platform.config.worker === undefined) await platform.secrets.forgetDatabase();
  await platform.database.close();
}
