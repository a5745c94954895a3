import type { Clock } from '@holdfast/kernel';
import pg from 'pg';
import type { Pgoutput } from 'pg-logical-replication';
import { EVENT_LIMITS } from '../limits.ts';
import type { Announced } from '../wake-signal.ts';
import { eventHead } from './event-row.ts';
import { endQuietly, ownConnection } from './relay-connections.ts';
import { WalFeed } from './wal-feed.ts';

export const PUBLICATION = 'holdfast_events';

/** A push says where to look and who need not, never what happened to whom. */
const PUBLISHED = ['xid', 'id', 'tenant', 'resource_type', 'interaction', 'urgency'];
const TABLE = `table holdfast.event (${PUBLISHED.join(', ')})`;
const CREATE_PUBLICATION = `create publication ${PUBLICATION} for ${TABLE}
  with (publish = 'insert', publish_via_partition_root = true)`;
const ALTER_PUBLICATION = `alter publication ${PUBLICATION} set ${TABLE}`;
const IS_FIT = `select coalesce(bool_and(attnames::text[] @> $2::text[]), false) as fit
  from pg_publication p left join pg_publication_tables t using (pubname)
  where p.pubname = $1 group by p.pubname`;

export interface StreamParts {
  readonly url: string;
  readonly slot: string;
  readonly clock: Clock;
  /** Commits from now on are pushed; earlier ones must be read. */
  readonly onLive: () => void;
  readonly onEvent: (announced: Announced) => void;
}

/**
 * One connection's life of pushes, by logical replication (pgoutput). The slot is temporary: it ends
 * with the connection, so a relay that dies pins no WAL, and its successor reads the log anyway.
 */
export class ReplicationStream {
  readonly #parts: StreamParts;
  #client: pg.Client | null = null;
  #pid: number | null = null;
  #stopping = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** Resolves when stopped; rejects with what ended the stream. */
  async run(): Promise<void> {
    await ensurePublication(this.#parts.url);
    if (this.#stopping) return;
    const client = replicationClient(this.#parts.url);
    this.#client = client;
    // A client that is ended while it connects settles nothing but this.
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    const streaming = this.#streamOver(client);
    streaming.catch(() => undefined);
    try {
      await Promise.race([streaming, ended]);
      if (!this.#stopping) throw new Error('the replication connection ended');
    } catch (error) {
      if (!this.#stopping) throw error;
    } finally {
      await endQuietly(client);
    }
  }

  /** Ends the stream and waits until the server has let go of the slot. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#client !== null) await endQuietly(this.#client);
    if (this.#pid === null) return;
    const client = await ownConnection(this.#parts.url, 'relay stop');
    await client.query('select pg_terminate_backend($1, 5000)', [this.#pid]).catch(() => undefined);
    await endQuietly(client);
  }

  async #streamOver(client: pg.Client): Promise<void> {
    const { slot, clock, onLive, onEvent } = this.#parts;
    await client.connect();
    this.#pid = backendPid(client);
    const name = pg.escapeIdentifier(slot);
    await client.query(
      `CREATE_REPLICATION_SLOT ${name} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    await new Promise<void>((resolve, reject) => {
      client.query(
        new WalFeed({
          slot,
          publication: PUBLICATION,
          clock,
          onStarted: onLive,
          onMessage: (message) => {
            const announced = inserted(message);
            if (announced !== null) onEvent(announced);
          },
          onEnd: (error) => (error === null ? resolve() : reject(error)),
        }),
      );
    });
  }
}

function replicationClient(url: string): pg.Client {
  const config: pg.ClientConfig & { readonly replication: 'database' } = {
    connectionString: url,
    application_name: 'holdfast relay',
    keepAlive: true,
    connectionTimeoutMillis: EVENT_LIMITS.connectMs,
    replication: 'database',
  };
  const client = new pg.Client(config);
  // Listening from the start: a server that goes away right then would end the process else.
  client.on('error', () => undefined);
  return client;
}

function backendPid(client: pg.Client): number | null {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : null;
}

async function ensurePublication(url: string): Promise<void> {
  const client = await ownConnection(url, 'relay setup');
  try {
    const { rows } = await client.query<{ fit: boolean }>(IS_FIT, [PUBLICATION, PUBLISHED]);
    if (rows[0] === undefined) await client.query(CREATE_PUBLICATION);
    else if (!rows[0].fit) await client.query(ALTER_PUBLICATION);
  } catch (error) {
    // 42710: another process made it at the same moment.
    if (!(error instanceof pg.DatabaseError && error.code === '42710')) throw error;
  } finally {
    await endQuietly(client);
  }
}

function inserted(message: Pgoutput.Message): Announced | null {
  if (message.tag !== 'insert') return null;
  const { xid, id, tenant, resource_type, interaction, urgency } = message.new;
  return {
    position: { xid: BigInt(String(xid)), id: BigInt(String(id)) },
    head: eventHead({
      tenant: Number(tenant),
      resource_type: String(resource_type),
      interaction: String(interaction),
      urgency: Number(urgency),
    }),
  };
}
