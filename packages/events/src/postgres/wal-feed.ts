import type { Clock } from '@holdfast/kernel';
import pg from 'pg';
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';

/** What the driver's connection can do beyond its published types, in copy-both mode. */
interface CopyBoth {
  sendCopyFromChunk(chunk: Buffer): void;
}

export interface WalFeedParts {
  readonly slot: string;
  readonly publication: string;
  readonly clock: Clock;
  /** The server streams from here on. */
  readonly onStarted: () => void;
  readonly onMessage: (message: Pgoutput.Message) => void;
  /** The stream is over, by an error or by the server's own doing. */
  readonly onEnd: (error: Error | null) => void;
}

const [XLOG_DATA, KEEPALIVE, STATUS_UPDATE] = [0x77, 0x6b, 0x72];
const [XLOG_HEADER_BYTES, STATUS_BYTES] = [25, 34];
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * START_REPLICATION as a query of the driver (PostgreSQL 18, 54.4 Streaming Replication Protocol):
 * each message is taken as it comes, each commit acknowledged, each keepalive answered that asks for it.
 */
export class WalFeed implements pg.Submittable {
  readonly #parts: WalFeedParts;
  readonly #plugin: PgoutputPlugin;
  #failed: Error | null = null;

  constructor(parts: WalFeedParts) {
    this.#parts = parts;
    this.#plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [parts.publication] });
  }

  submit(connection: pg.Connection): void {
    const { slot, publication, onStarted } = this.#parts;
    connection.once('replicationStart', onStarted);
    connection.query(
      `START_REPLICATION SLOT ${pg.escapeIdentifier(slot)} LOGICAL 0/0
         (proto_version '1', publication_names ${pg.escapeLiteral(publication)})`,
    );
  }

  handleCopyData(
    { chunk }: { readonly chunk: Buffer },
    connection: pg.Connection & CopyBoth,
  ): void {
    if (chunk[0] === KEEPALIVE) {
      if (chunk[17] === 1) this.#acknowledge(connection, chunk.readBigUInt64BE(1));
      return;
    }
    if (chunk[0] !== XLOG_DATA) return;
    try {
      const message = this.#plugin.parse(chunk.subarray(XLOG_HEADER_BYTES));
      this.#parts.onMessage(message);
      // Handed over: consumers answer to the table, so the slot waits for none of them.
      if (message.tag === 'commit') this.#acknowledge(connection, positionOf(message.commitEndLsn));
    } catch (cause) {
      // Thrown on, it would end the process: this runs in the socket's own event.
      this.handleError(new Error('a replication message could not be read', { cause }));
    }
  }

  handleError(error: Error): void {
    this.#failed ??= error;
    this.#parts.onEnd(this.#failed);
  }

  handleReadyForQuery(): void {
    this.#parts.onEnd(this.#failed);
  }

  handleCommandComplete(): void {
    // `handleReadyForQuery` follows.
  }

  /** Standby status update: written, flushed and applied up to there. */
  #acknowledge(connection: CopyBoth, position: bigint): void {
    const update = Buffer.alloc(STATUS_BYTES);
    update[0] = STATUS_UPDATE;
    for (const at of [1, 9, 17]) update.writeBigUInt64BE(position, at);
    const sinceMs = this.#parts.clock.now().getTime() - POSTGRES_EPOCH_MS;
    update.writeBigInt64BE(BigInt(sinceMs) * 1_000n, 25);
    connection.sendCopyFromChunk(update);
  }
}

/** @param lsn as PostgreSQL writes it: two hexadecimal halves with a slash between */
function positionOf(lsn: string | null): bigint {
  const [high = '0', low = '0'] = (lsn ?? '0/0').split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
