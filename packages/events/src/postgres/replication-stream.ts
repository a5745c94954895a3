import pg from 'pg';
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';
import type { Cursor } from '../cursor.ts';
import { endQuietly, ownConnection } from './relay-connections.ts';

export const PUBLICATION = 'holdfast_events';

/** The publication carries positions only: a push says where to look, never what happened. */
const CREATE_PUBLICATION = `create publication ${PUBLICATION} for table holdfast.event (xid, id)
  with (publish = 'insert', publish_via_partition_root = true)`;

export interface StreamParts {
  readonly url: string;
  readonly slot: string;
  /** Commits from now on are pushed; earlier ones must be read. */
  readonly onLive: () => void;
  readonly onEvent: (position: Cursor) => void;
}

/**
 * One connection's life of pushes, by logical replication (pgoutput). The slot is temporary: it ends
 * with the connection, so a relay that dies pins no WAL, and its successor reads the log anyway.
 */
export class ReplicationStream {
  readonly #parts: StreamParts;
  readonly #service: LogicalReplicationService;
  readonly #plugin: TemporarySlotPlugin;
  #stopping = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#plugin = new TemporarySlotPlugin(() => this.#stopping);
    const connection: pg.ClientConfig & Pick<pg.PoolConfig, 'Promise'> = {
      connectionString: parts.url,
      application_name: 'holdfast relay',
      keepAlive: true,
      Promise: WithListener,
    };
    this.#service = new LogicalReplicationService(connection, {
      acknowledge: { auto: false, timeoutSeconds: 0 },
      flowControl: { enabled: true },
    });
  }

  /** Resolves when stopped; rejects with what ended the stream. */
  async run(): Promise<void> {
    const { slot, onLive, onEvent } = this.#parts;
    await ensurePublication(this.#parts.url);
    const service = this.#service;
    const failed = new Promise<never>((_, reject) => service.on('error', reject));
    failed.catch(() => undefined);
    service.on('start', onLive);
    service.on('data', async (lsn: string, message: unknown) => {
      const position = insertedPosition(message);
      if (position !== null) onEvent(position);
      // Handed over: consumers answer to the table, so the slot waits for none of them.
      else if (tagOf(message) === 'commit') await service.acknowledge(lsn);
    });
    service.on('heartbeat', async (lsn: string, _time: number, respond: boolean) => {
      if (respond) await service.acknowledge(lsn);
    });
    if (this.#stopping) return;
    try {
      await Promise.race([service.subscribe(this.#plugin, slot), failed]);
      if (!this.#stopping) throw new Error('the replication stream ended');
    } catch (error) {
      if (!this.#stopping) throw error;
    } finally {
      await service.destroy().catch(() => undefined);
    }
  }

  /** Ends the stream and waits until the server has let go of the slot. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { pid } = this.#plugin;
    await this.#service.destroy().catch(() => undefined);
    if (pid === null) return;
    const client = await ownConnection(this.#parts.url, 'relay stop');
    await client.query('select pg_terminate_backend($1, 5000)', [pid]).catch(() => undefined);
    await endQuietly(client);
  }
}

/**
 * The service listens for errors only after its connection resolved, and a server that goes away in
 * that very step would end the process. The driver resolves by this class, so that the client has a
 * listener before; what follows on a dead connection is refused, and ends the stream.
 */
class WithListener<Value> extends Promise<Value> {
  constructor(
    run: (
      resolve: (value: Value | PromiseLike<Value>) => void,
      reject: (reason?: unknown) => void,
    ) => void,
  ) {
    super((resolve, reject) => {
      run((value) => {
        if (value instanceof pg.Client) value.on('error', () => undefined);
        resolve(value);
      }, reject);
    });
  }
}

class TemporarySlotPlugin extends PgoutputPlugin {
  readonly #stopping: () => boolean;
  pid: number | null = null;

  constructor(stopping: () => boolean) {
    super({ protoVersion: 1, publicationNames: [PUBLICATION] });
    this.#stopping = stopping;
  }

  /** Called by the service on its replication connection. */
  override async start(client: pg.Client, slot: string, lastLsn: string): Promise<unknown> {
    // The service connects even where it was destroyed just before.
    if (this.#stopping()) throw new Error('stopped before the stream began');
    this.pid = backendPid(client);
    const name = pg.escapeIdentifier(slot);
    await client.query(
      `CREATE_REPLICATION_SLOT ${name} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    return super.start(client, slot, lastLsn);
  }
}

function backendPid(client: pg.Client): number | null {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : null;
}

async function ensurePublication(url: string): Promise<void> {
  const client = await ownConnection(url, 'relay setup');
  try {
    const { rowCount } = await client.query('select from pg_publication where pubname = $1', [
      PUBLICATION,
    ]);
    if (rowCount === 0) await client.query(CREATE_PUBLICATION);
  } catch (error) {
    // 42710: another process made it at the same moment.
    if (!(error instanceof pg.DatabaseError && error.code === '42710')) throw error;
  } finally {
    await endQuietly(client);
  }
}

function tagOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'tag' in message ? message.tag : null;
}

function insertedPosition(message: unknown): Cursor | null {
  if (tagOf(message) !== 'insert') return null;
  const row = (message as { new: Record<string, unknown> }).new; // the shape of tag `insert`
  return { xid: BigInt(String(row['xid'])), id: BigInt(String(row['id'])) };
}
