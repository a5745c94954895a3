import { resolve } from 'node:path';
import type { Result } from '@holdfast/kernel';
import type { Role, RunningServer } from '@holdfast/server';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { databaseUrlIn } from '../database-address.ts';
import { identitySettings } from '../identity/read-parameters.ts';
import { keyRingSetting } from '../key-ring-setting.ts';
import { dataOption, wholeNumber } from '../options.ts';
import { reportServing, workerNumber } from '../workers/cluster-worker.ts';
import { DRAIN_SECONDS_MAX, REQUEST_SECONDS_MAX, WORKERS_MAX } from '../workers/limits.ts';
import { serveByWorkers } from '../workers/serve-workers.ts';
import { databaseRefusal } from './database-refusal.ts';
import { checkPort } from './port-check.ts';
import { welcome } from './welcome.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly demo: boolean;
  readonly log: string;
  readonly validation: string;
  readonly workers: number;
  readonly role: Role;
  readonly drain: number;
  readonly requestSeconds: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const ENVIRONMENTS: ReadonlySet<string> = new Set(['development', 'test', 'production']);

const SETTINGS = `
Environment:
  DATABASE_URL            use this PostgreSQL (15 to 18) instead of the embedded one
  NODE_ENV                "production" switches the development sign-in and the demo off
  HOLDFAST_PUBLIC_URL     how clients reach this server, e.g. behind a proxy
  HOLDFAST_REFERENCES     "off": what a resource refers to need not be there (docs/writing.md)
  HOLDFAST_UPDATE_CREATES "off": PUT updates only, it never creates
  HOLDFAST_TRUSTED_HOSTS  receivers of subscriptions that may be internal: a,b
  HOLDFAST_SMTP_URL       mail server of the e-mail channel; HOLDFAST_MAIL_FROM its sender
  HOLDFAST_NATS_URL       NATS servers that carry the event log to other machines (docs/nats.md)
  HOLDFAST_MODEL_SERVER   where the trained models run instead of here (docs/inference.md)
  HOLDFAST_METRICS_TOKEN  lets Prometheus read /metrics with it (docs/metrics.md)
  HOLDFAST_IDENTITY_PARAMETERS
                          what records of people are matched by (docs/identity.md)
  HOLDFAST_WITNESSES      who cosigns the audit log: address and key, further ones after a comma
  HOLDFAST_OIDC_ISSUER    take the tokens of this OpenID provider
  HOLDFAST_OIDC_AUDIENCE  what its tokens for this server hold in "aud"
  HOLDFAST_OIDC_CLAIMS    where it keeps claims: roles=realm_access.roles,...
  HOLDFAST_OIDC_ROLES     its names of roles: nurse=clinician,...
  HOLDFAST_REGULATED_AS   what the organisation is: covered-entity,part-2-program,...
  HOLDFAST_TIME_ZONE      where days of regulatory clocks end, e.g. America/New_York

All of them: docs/configuration.md. In production: docs/production.md.`;

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('Start the platform: FHIR server, workers and console in one process')
    .addOption(
      new Option('--host <address>', 'address to listen on').env('HOST').default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <n>', 'port to listen on, 0 for any')
        .env('PORT')
        .default(8_080)
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(dataOption())
    .addOption(
      new Option('--log <level>', 'least level of log lines')
        .env('HOLDFAST_LOG')
        .default('info')
        .choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--validation <policy>', 'off, warn or enforce; then by type: enforce,Basic=warn')
        .env('HOLDFAST_VALIDATION')
        .default('enforce'),
    )
    .addOption(
      new Option('--workers <n>', 'processes that share the port')
        .env('HOLDFAST_WORKERS')
        .default(1)
        .argParser(wholeNumber(1, WORKERS_MAX)),
    )
    .addOption(
      new Option('--role <role>', 'api serves requests, worker runs consumers, all does both')
        .env('HOLDFAST_ROLE')
        .default('all')
        .choices(['all', 'api', 'worker']),
    )
    .addOption(
      new Option('--drain <seconds>', 'go on serving so long after /health/ready says no')
        .env('HOLDFAST_DRAIN')
        .default(0)
        .argParser(wholeNumber(0, DRAIN_SECONDS_MAX)),
    )
    .addOption(
      new Option(
        '--request-seconds <n>',
        'longest that a request is worked on, bulk work six times that',
      )
        .env('HOLDFAST_REQUEST_SECONDS')
        .default(10)
        .argParser(wholeNumber(1, REQUEST_SECONDS_MAX)),
    )
    .option('--no-demo', 'leave an empty store empty')
    .addHelpText('after', SETTINGS)
    .action(serve);
}

/** `<url> <verifier key>` pairs, separated by commas. */
function witnessesIn(text: string): { url: string; key: string }[] {
  return text
    .split(',')
    .map((pair) => pair.trim().split(/\s+/))
    .flatMap(([url = '', key = '']) => (url === '' ? [] : [{ url, key }]));
}

/** A misspelt `production` must not leave the sign-in without passwords on. */
function environmentIn(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || ENVIRONMENTS.has(text)) return text;
  throw new InvalidArgumentError(
    `NODE_ENV does not take '${text}'. It takes ${[...ENVIRONMENTS].join(', ')}.`,
  );
}

/** A setting as it was read. @throws InvalidArgumentError that says what is wrong with it */
function accepted<Setting>(read: Result<Setting, string>): Setting {
  if (!read.ok) throw new InvalidArgumentError(read.error);
  return read.value;
}

/** @returns `usual` or `off`. @throws InvalidArgumentError for any other word */
function wordIn(env: NodeJS.ProcessEnv, name: string, usual: string): string {
  const text = env[name] || usual;
  if (text === usual || text === 'off') return text;
  throw new InvalidArgumentError(`${name} does not take '${text}'. It takes ${usual}, off.`);
}

function addressIn(env: NodeJS.ProcessEnv, name: string, example: string): string | undefined {
  const text = env[name]?.replace(/\/+$/, '') || undefined;
  if (text === undefined || (/^https?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new InvalidArgumentError(
    `${name} does not take '${text}'. It takes an address, e.g. ${example}.`,
  );
}

/** How records are written and named to clients. */
const recordSettings = (env: NodeJS.ProcessEnv) => ({
  publicUrl: addressIn(env, 'HOLDFAST_PUBLIC_URL', 'https://records.example'),
  ...(wordIn(env, 'HOLDFAST_REFERENCES', 'enforced') === 'off' && { references: 'off' as const }),
  ...(wordIn(env, 'HOLDFAST_UPDATE_CREATES', 'on') === 'off' && { updateCreates: false }),
});

/** As what it is regulated, and in which time zone its days begin. */
const organisationIn = (env: NodeJS.ProcessEnv): [regulatedAs: string, timeZone: string] => [
  env['HOLDFAST_REGULATED_AS'] ?? '',
  env['HOLDFAST_TIME_ZONE'] || 'UTC',
];

async function serve(options: Options): Promise<void> {
  const { host, port, data, demo, log } = options;
  const worker = workerNumber();
  const databaseUrl = databaseUrlIn(process.env);
  const environment = environmentIn(process.env['NODE_ENV']);
  // Loaded here, not above: other commands must not pay for the server.
  const {
    openInstallation,
    parseValidationPolicy,
    readBrokerSettings,
    readOrganisation,
    readProviderSettings,
    readScrapeToken,
    readSubscriptionSettings,
    startServer,
  } = await import('@holdfast/server');
  const broker = accepted(readBrokerSettings(process.env));
  const provider = accepted(readProviderSettings(process.env));
  const metricsToken = accepted(readScrapeToken(process.env));
  const organisation = accepted(readOrganisation(...organisationIn(process.env)));
  const policy = parseValidationPolicy(options.validation);
  if (!policy.ok) throw new InvalidArgumentError(`--validation does not take '${policy.error}'`);
  const settings = {
    keyRing: keyRingSetting(process.env),
    ...recordSettings(process.env),
    ...(await identitySettings(process.env)),
    subscriptions: readSubscriptionSettings(process.env),
    modelServer: addressIn(process.env, 'HOLDFAST_MODEL_SERVER', 'http://triton.internal:8000'),
  };
  // After every setting: which of them is wrong is said whether the port is free or not.
  if (worker === undefined) await checkPort(host, port);
  const startedMs = performance.now();
  const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
  if (options.workers > 1 && worker === undefined) {
    const { keyRing } = settings;
    const shared = { dataDirectory: resolve(data), databaseUrl, keyRing, onProgress: say };
    const installation = await openInstallation(shared);
    await serveByWorkers({ workers: options.workers, installation, startedMs, say });
    return;
  }
  const server = await startServer({
    host,
    port,
    dataDirectory: resolve(data),
    databaseUrl,
    environment,
    ...settings,
    witnesses: witnessesIn(process.env['HOLDFAST_WITNESSES'] ?? ''),
    provider,
    organisation,
    // One of several loads it; the others start once it serves.
    demo: demo && (worker ?? 1) === 1,
    worker,
    role: options.role,
    drainMs: options.drain * 1_000,
    requestMs: options.requestSeconds * 1_000,
    broker,
    metricsToken,
    logLevel: log,
    validation: policy.value,
    onProgress: say,
  }).catch((error: unknown) => {
    throw databaseRefusal(error, databaseUrl);
  });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (worker === undefined) process.stderr.write(welcome(server, seconds));
  else reportServing(server);
  stopOnSignals(server, worker);
}

/** Ctrl-C reaches the whole group: who started the others tells them in its own way. */
function stopOnSignals(server: RunningServer, worker: number | undefined): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    if (worker === undefined) {
      process.stderr.write(
        '\nStopping: requests in flight finish first. Press Ctrl-C again to stop at once.\n',
      );
    }
    await server.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => worker === undefined && void stop());
  process.on('SIGTERM', () => void stop());
  process.on('disconnect', () => void stop());
}
