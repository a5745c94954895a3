import { AdmissionGate } from '@holdfast/admission';
import { type EventSource } from '@holdfast/events';
import { type Scorer, scorerOf, starterParameters } from '@holdfast/identity';
import { systemClock, systemRandom, systemTimers, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import { type Logger, pino } from 'pino';
import { type AuditLog, openAuditLog } from './composition/audit-log.ts';
import { type BrokerRelay, openBrokerRelay } from './composition/broker-relay.ts';
import { type EventFlow, openEventFlow } from './composition/event-flow.ts';
import { openEventSource } from './composition/event-source.ts';
import { type Governance, openGovernance } from './composition/governance.ts';
import { type Intelligence, prepareIntelligence } from './composition/intelligence.ts';
import { type Observation, startObservation } from './composition/observation.ts';
import { openRecordStore, type RecordStore } from './composition/record-store.ts';
import { openSecrets, type Secrets } from './composition/secrets.ts';
import { type BuiltInSignIn, openBuiltIn, openSignIn, type SignIn } from './composition/sign-in.ts';
import { openSubscriptions, type Subscriptions } from './composition/subscriptions.ts';
import { FIRST_TENANT, type ServerConfig } from './config.ts';
import { type Database } from './database.ts';
import { Drain } from './http/drain.ts';
import { OWNER_CONNECTIONS } from './limits.ts';
import { troubleOf } from './trouble.ts';
import { ConsentUpkeep } from './workers/consent-upkeep.ts';
import { identityMatching } from './workers/identity-matching.ts';

/** Everything one process is made of; each part is opened once, in the order it is listed. */
export interface Platform
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
  readonly governance: Governance;
  readonly scorer: Scorer;
  readonly builtIn: BuiltInSignIn;
}

const clock = systemClock;
const random = systemRandom;

/** Opens every part; what fails closes nothing that is not its own. */
export async function compose(config: ServerConfig, database: Database): Promise<Platform> {
  const tenant = FIRST_TENANT as TenantId;
  const { dataDirectory, logLevel, worker } = config;
  const logger = pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
  const trouble = (where: string) => (error: unknown) => logger.warn(troubleOf(where, error));
  const { ownerUrl, requests, workers } = database;
  const secrets = await openSecrets(config, ownerUrl);
  const owner = createPool({
    url: ownerUrl,
    applicationName: 'holdfast owner',
    max: OWNER_CONNECTIONS,
  });
  const at = { tenant, clock, random, database, owner, requests, workers, dataDirectory, worker };
  const observation = await startObservation({ ...at, trouble: trouble('signals') });
  const log = openAuditLog({
    ...at,
    secrets,
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
    policy: writePolicyOf(config),
  });
  const intelligence = prepareIntelligence({
    ...at,
    records,
    audit: log.audit,
    signals: observation.signals,
    attempts: observation.attempts,
    program: config.inferenceProgram,
    modelServer: config.modelServer,
    trouble: trouble('models'),
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
    governance: openGovernance({ ...at, ...log, trouble: trouble('erasures') }),
    ...observation,
    ...log,
    ...records,
    ...intelligence,
    ...reactions,
    ...signInOf({ ...at, config, secrets }),
  };
}

function writePolicyOf({
  references,
  updateCreates,
}: ServerConfig): Pick<ServerConfig, 'references' | 'updateCreates'> {
  return {
    ...(references && { references }),
    ...(updateCreates !== undefined && { updateCreates }),
  };
}

/** Who may ask: by tokens of the built-in sign-in, of a provider, of the demo. */
function signInOf(
  parts: Pick<Platform, 'tenant' | 'config' | 'secrets'> & Pick<Database, 'requests'>,
): SignIn & Pick<Platform, 'builtIn'> {
  const { tenant, config, secrets, requests } = parts;
  const builtIn = openBuiltIn(requests, { tenant, clock, seal: secrets.signIn.seal });
  return {
    ...openSignIn({ tenant, config, signingKey: secrets.signing, clock, builtIn }),
    builtIn,
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
): Subscriptions & BrokerRelay & EventFlow & Pick<Platform, 'address' | 'scorer'> {
  const { config, secrets, inferenceConsumers, trouble } = parts;
  const address = { url: config.publicUrl ?? '' };
  const scorer = scorerOf(config.identityParameters ?? starterParameters());
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
    identityMatching(scorer),
    ...relay.relayConsumers,
  ];
  const flow = openEventFlow({ ...parts, clock, random, consumers });
  return { ...subscriptions, ...relay, ...flow, address, scorer };
}
