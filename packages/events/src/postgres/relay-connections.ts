import pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';

/** Everything that consumers do happens as this role; only effects change to `holdfast_app`. */
const RELAY_SETTINGS = [
  '-c role=holdfast_relay',
  '-c search_path=holdfast,public',
  // An effect that stalls holds back the fence of every group: the server ends its transaction.
  `-c idle_in_transaction_session_timeout=${EVENT_LIMITS.idleTransactionMs}`,
].join(' ');

/** The groups' own connections, apart from those that answer requests. */
export function relayPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    options: RELAY_SETTINGS,
    application_name: 'holdfast events',
    max,
    keepAlive: true,
    connectionTimeoutMillis: EVENT_LIMITS.connectMs,
  });
  // An idle connection that dies is replaced when next one is needed.
  pool.on('error', () => undefined);
  // One that dies right as it is handed out has no other listener yet, and would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A connection of one purpose, as the owner. It reports its end by event `end` and never throws. */
export async function ownConnection(url: string, purpose: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `holdfast ${purpose}`,
    keepAlive: true,
    connectionTimeoutMillis: EVENT_LIMITS.connectMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Ends a connection whatever state it is in. */
export async function endQuietly(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}
