import { AsyncRequests, type AsyncRunner } from '@holdfast/async-requests';
import { ENFORCE_ALL } from '@holdfast/fhir';
import { systemClock, systemRandom } from '@holdfast/kernel';
import type { FastifyInstance } from 'fastify';
import { AuditEventView } from './audit-events/view.ts';
import { openAsyncRunner } from './composition/async-runner.ts';
import { openAuthorization } from './composition/authorization.ts';
import { registerAccountingRoutes } from './http/accounting-routes.ts';
import { registerAdmission } from './http/admission-hook.ts';
import { createApp } from './http/app.ts';
import { registerBreakGlassRoutes } from './http/break-glass-routes.ts';
import { registerCdsHooksRoutes } from './http/cds-hooks-routes.ts';
import { registerConsentRoutes } from './http/consent-routes.ts';
import { registerConsole } from './http/console-routes.ts';
import { registerCrossOrigin } from './http/cross-origin.ts';
import { registerDrain } from './http/drain.ts';
import { registerEventRoutes } from './http/event-routes.ts';
import { FHIR_BASE } from './http/fhir-handler.ts';
import { registerFhirInterface } from './http/fhir-interface.ts';
import type { FhirRoutesOptions } from './http/fhir-routes-options.ts';
import { registerGovernanceRoutes } from './http/governance-routes.ts';
import { registerIdentityRoutes } from './http/identity-routes.ts';
import { registerIncidentRoutes } from './http/incident-routes.ts';
import { registerLabelRoutes } from './http/label-routes.ts';
import { registerLaunchRoutes } from './http/launch-routes.ts';
import { registerLedgerRoutes } from './http/ledger-routes.ts';
import { LiveFeed, registerLiveRoutes } from './http/live-routes.ts';
import { registerMetricsRoutes } from './http/metrics-routes.ts';
import { registerNotices } from './http/obliged.ts';
import { registerOperationsRoutes } from './http/operations-routes.ts';
import { registerPolicyRoutes } from './http/policy-routes.ts';
import { registerRefusalAudit } from './http/refusal-audit.ts';
import { RequestConnections } from './http/request-service.ts';
import { registerPlatformWall, registerSignInRoutes } from './http/sign-in-routes.ts';

import { registerSubscriptionRoutes } from './http/subscription-routes.ts';
import { registerWhatIfRoutes } from './http/what-if-routes.ts';
import { type OverviewSources, overviewOf } from './overview.ts';
import type { Platform } from './platform.ts';
import { EvidencePacks } from './reports/evidence-packs.ts';
import { PatientReports } from './reports/patient-reports.ts';
import { troubleOf } from './trouble.ts';

export const VERSION = '0.1.0';

const clock = systemClock;
const random = systemRandom;

export interface Mounted {
  readonly app: FastifyInstance;
  readonly feed: LiveFeed;
  readonly asyncRunner: AsyncRunner;
  /** Tells the routes where clients reach them, known once the server listens. */
  readonly servedAt: (url: string) => string;
}

/** What the FHIR routes and the asynchronous requests work with. */
function fhirOptionsOf(platform: Platform): FhirRoutesOptions {
  const { database, config, address, subscriptions, secrets, tenant, audit, seal } = platform;
  const { dictionary, repository, gates, verifier, issuer, provider, scorer } = platform;
  const auditEvents = new AuditEventView({
    ...{ tenant, audit, seal, clock, keys: secrets.log, ring: secrets.ring },
    fhirAddress: () => `${address.url}${FHIR_BASE}`,
  });
  // Each by name: what a request is served by is laid over them anew each time.
  return {
    ...{ dictionary, repository, gates, verifier, issuer, provider, scorer, audit, seal },
    auditEvents,
    pool: database.requests,
    clock,
    random,
    version: VERSION,
    validation: config.validation ?? ENFORCE_ALL,
    baseUrl: () => address.url,
    subscriptions,
    rules: subscriptions.rules,
    asyncRequests: new AsyncRequests(database.requests),
  };
}

/** The HTTP side of the platform: every route, and what it needs. */
export async function mount(platform: Platform): Promise<Mounted> {
  const { tenant, logger, database, watcher, signals, secrets } = platform;
  const startedAt = clock.now();
  platform.changes.note({
    kind: 'deployed',
    at: startedAt,
    what: `A process of version ${VERSION} started`,
    reaches: {},
  });
  const sources: OverviewSources = {
    ...platform,
    tenant,
    clock,
    startedAt,
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
      finished: (facts, status, request) => {
        watcher.finished(facts, status, request);
        if (!facts.unmetered) feed.changed();
      },
      failed: (facts, fault) => watcher.failed(facts, fault),
    },
  });
  registerDrain(app, platform.drain);
  registerCrossOrigin(app);
  registerPlatformWall(app, platform);
  registerAdmission(app, {
    ...platform,
    connections: new RequestConnections({ database, clock }),
  });
  registerNotices(app);
  registerRefusalAudit(app, { ...platform, pool: database.requests });
  const fhir = fhirOptionsOf(platform);
  if (platform.config.role !== 'worker') {
    registerRecords(app, platform, fhir);
    await registerSignIn(app, platform, fhir);
  }
  mountOperations(app, platform, () => overviewOf(sources));
  registerLiveRoutes(app, { ...platform, feed, signals });
  platform.tail.subscribe(() => feed.changed());
  await registerConsole(app);
  return {
    app,
    feed,
    asyncRunner: openAsyncRunner({
      // Nobody waits for what is carried out later.
      fhir: { ...fhir, pool: database.bulk },
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

/** The built-in authorization server, and whatever of it fails inside. */
async function registerSignIn(
  app: FastifyInstance,
  platform: Platform,
  fhir: FhirRoutesOptions,
): Promise<void> {
  const { builtIn, secrets, config, tenant, logger, verifier } = platform;
  const open = openAuthorization({
    ...builtIn,
    fhir,
    tenant,
    keys: secrets.signIn,
    trustedHosts: new Set(config.subscriptions?.trustedHosts ?? []),
    clock,
    random,
    trouble: (error) => logger.warn(troubleOf('sign-in', error)),
  });
  await registerSignInRoutes(app, { authorization: open, verifier });
  registerLaunchRoutes(app, { authorization: open, verifier });
}

/** All that reads or writes health records, or tells of them. */
function registerRecords(app: FastifyInstance, platform: Platform, fhir: FhirRoutesOptions): void {
  const { database, secrets } = platform;
  registerSubscriptionRoutes(app, { ...fhir, subscriptions: platform.subscriptions });
  registerFhirInterface(app, fhir);
  registerCdsHooksRoutes(app, fhir);
  registerIdentityRoutes(app, fhir);
  registerConsentRoutes(app, { ...platform, pool: database.requests });
  registerPolicyRoutes(app, { ...platform, pool: database.requests });
  registerWhatIfRoutes(app, { ...platform, clock, pool: database.requests });
  registerLabelRoutes(app, { ...platform, pool: database.requests });
  registerBreakGlassRoutes(app, { ...platform, pool: database.requests, clock, random });
  registerGovernanceRoutes(app, { ...platform, clock, random, tagKey: secrets.log.tagKey });
  const { tenant } = platform;
  const reports = new PatientReports({
    ...{ tenant, clock, pool: database.requests, keys: secrets.log, ring: secrets.ring },
  });
  const packs = new EvidencePacks({
    ...platform,
    ...{ keys: secrets.log, requests: database.requests, reports, clock },
  });
  registerAccountingRoutes(app, { ...platform, clock, reports, packs });
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
  registerMetricsRoutes(app, {
    ...platform,
    metricsToken: config.metricsToken,
    databaseUp: () => watch.state().state === 'up',
    figures: platform.eventFigures,
    trouble: (error) => platform.logger.warn(troubleOf('metrics', error)),
  });
  registerIncidentRoutes(app, {
    ...platform,
    organisation: config.organisation ?? { answers: {}, timeZone: 'UTC' },
    clock,
  });
}
