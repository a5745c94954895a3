/** One message of the PostgreSQL protocol 3 (chapter 54.7): its type and what follows its length. */
export interface Message {
  /** A letter; empty for the start-up packet and its kin, which have none. */
  readonly type: string;
  readonly body: Buffer;
}

const LENGTH_BYTES = 4;

/**
 * Cuts one direction of a connection into messages, however the network has chopped it.
 * @param startsUntyped true for what a client sends: its first packet has no type byte
 */
export class MessageFraming {
  #rest: Buffer = Buffer.alloc(0);
  #untyped: boolean;

  constructor(startsUntyped: boolean) {
    this.#untyped = startsUntyped;
  }

  *push(chunk: Buffer): Generator<Message> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const header = (this.#untyped ? 0 : 1) + LENGTH_BYTES;
      if (this.#rest.length < header) return;
      const length = this.#rest.readUInt32BE(header - LENGTH_BYTES);
      const end = header - LENGTH_BYTES + length;
      if (this.#rest.length < end) return;
      const type = this.#untyped ? '' : String.fromCharCode(this.#rest[0] ?? 0);
      const body = this.#rest.subarray(header, end);
      this.#rest = this.#rest.subarray(end);
      this.#untyped = false;
      yield { type, body };
    }
  }
}

/** The zero-terminated string at `from`, and where the next one begins. */
export function cString(body: Buffer, from = 0): { text: string; next: number } {
  const end = body.indexOf(0, from);
  const stop = end === -1 ? body.length : end;
  return { text: body.toString('utf8', from, stop), next: stop + 1 };
}
