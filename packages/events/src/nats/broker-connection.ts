import { readFileSync } from 'node:fs';
import { credsAuthenticator, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { BROKER_LIMITS } from '../limits.ts';
import type { BrokerSettings } from './broker-settings.ts';

/**
 * Connects once. From then on the client reconnects by itself, for as long as it takes.
 *
 * @throws Error where no server answers or the credentials are refused
 */
export function connectBroker(settings: BrokerSettings, name: string): Promise<NatsConnection> {
  const { servers, credentialsFile, caFile } = settings;
  return connect({
    servers: [...servers],
    name: `holdfast ${name}`,
    timeout: BROKER_LIMITS.connectMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: BROKER_LIMITS.reconnectMs,
    pingInterval: BROKER_LIMITS.pingMs,
    maxPingOut: 2,
    ...(credentialsFile !== undefined && {
      authenticator: credsAuthenticator(readFileSync(credentialsFile)),
    }),
    ...(caFile !== undefined && { tls: { caFile } }),
  });
}
