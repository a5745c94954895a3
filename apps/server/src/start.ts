import { mkdir } from 'node:fs/promises';
import { systemClock, systemTimers } from '@holdfast/kernel';
import { addDemoUsers, openConsoleSignIn } from './composition/console-sign-in.ts';
import { type ServerConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { type Mounted, mount } from './mount.ts';
import { compose, type Platform } from './platform.ts';
import { troubleOf } from './trouble.ts';
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
  if (config.role !== 'api') {
    await runtime.start();
    await platform.settleSignals();
  }
  platform.subscriptions.start();
  sequencer.wake();
  platform.upkeep.wake();
  platform.governance.wake();
  await loadDemoIfAsked(platform);
  greetProvider(platform);
  const address = await app.listen({ host: config.host, port: config.port });
  const url = servedAt(config.publicUrl ?? address);
  if (config.role !== 'worker') await openConsoleSignIn(platform.builtIn, url, config.environment);
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
    clock: systemClock,
    pool: database.requests,
    onProgress: config.onProgress,
  });
  // Without statistics the planner reads a whole type to find one resource.
  if (loaded) await owner.query('analyze');
  if (loaded) await addDemoUsers(platform.builtIn.users);
  sequencer.wake(tenant);
}

/** A database that is away keeps nobody from stopping; the log then shows an end without a farewell. */
async function sayFarewell({ audit, tenant, logger }: Platform): Promise<void> {
  try {
    await audit.farewell(tenant);
  } catch (error) {
    logger.warn(troubleOf('audit', error));
  }
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
  await platform.governance.stop();
  await platform.runtime.stop();
  await platform.closeRelay();
  await platform.subscriptions.stop();
  await platform.tail.stop();
  await platform.source.stop();
  await platform.closeFlow();
  platform.orchestrator.stop();
  await platform.backend.stop();
  await sayFarewell(platform);
  platform.ledger.stop();
  await platform.indexUpkeep.stop();
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
