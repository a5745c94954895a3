import { jetstreamManager } from '@nats-io/jetstream';
import { connectBroker, withoutUser } from './broker-connection.ts';
import type { BrokerSettings } from './broker-settings.ts';
import { differences, wantedStream } from './event-stream.ts';
import { BROKER_STREAM } from './event-subject.ts';

/** One server of the cluster as it answers. */
export interface BrokerServerFacts {
  /** Its address without a password. */
  readonly server: string;
  /** null where it does not answer. */
  readonly version: string | null;
  readonly jetstream: boolean;
  readonly error: string | null;
}

/** What a broker says of itself. */
export interface BrokerFacts {
  readonly servers: readonly BrokerServerFacts[];
  /** null where no server says anything of the stream. */
  readonly stream: {
    readonly messages: number;
    /** Settings that differ from what this installation asks for. */
    readonly differences: readonly string[];
    /** Copies that do not follow at present. */
    readonly copiesBehind: number;
  } | null;
}

/** Asks every server by itself, then the cluster for the stream. Changes nothing, throws nothing. */
export async function inspectBroker(settings: BrokerSettings): Promise<BrokerFacts> {
  const servers = await Promise.all(settings.servers.map((server) => ask(settings, server)));
  return { servers, stream: await askForStream(settings).catch(() => null) };
}

async function ask(settings: BrokerSettings, address: string): Promise<BrokerServerFacts> {
  const server = withoutUser(address);
  try {
    const connection = await connectBroker({ ...settings, servers: [address] }, 'doctor');
    const { version = null, jetstream = false } = connection.info ?? {};
    await connection.close();
    return { server, version, jetstream, error: null };
  } catch (error) {
    return { server, version: null, jetstream: false, error: (error as Error).message };
  }
}

async function askForStream(settings: BrokerSettings): Promise<BrokerFacts['stream']> {
  const connection = await connectBroker(settings, 'doctor');
  try {
    const jsm = await jetstreamManager(connection);
    const { config, state, cluster } = await jsm.streams.info(BROKER_STREAM);
    const replicas = cluster?.replicas ?? [];
    return {
      messages: state.messages,
      differences: differences(wantedStream(settings), config),
      copiesBehind: replicas.filter(({ current, offline }) => !current || offline === true).length,
    };
  } finally {
    await connection.close();
  }
}
