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
  const { username, password } = new URL(servers[0] ?? '');
  return connect({
    servers: servers.map(withoutUser),
    name: `holdfast ${name}`,
    timeout: BROKER_LIMITS.connectMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: BROKER_LIMITS.reconnectMs,
    pingInterval: BROKER_LIMITS.pingMs,
    maxPingOut: 2,
    ...(username !== '' && {
      user: decodeURIComponent(username),
      pass: decodeURIComponent(password),
    }),
    ...(credentialsFile !== undefined && {
      authenticator: credsAuthenticator(readFileSync(credentialsFile)),
    }),
    ...(caFile !== undefined && { tls: { caFile } }),
  });
}

/** The address alone, as it may be shown. */
export function withoutUser(server: string): string {
  const { protocol, host } = new URL(server);
  return `${protocol}//${host}`;
}
