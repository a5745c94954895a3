import { cString, type Message, MessageFraming } from './message-framing.ts';

/** What one connection did between two moments at which it waited for nothing. */
export interface Exchange {
  /** `application_name` of the connection. */
  readonly application: string;
  /** Text of each statement the server completed, in order; functions' inner statements are not seen. */
  readonly statements: readonly string[];
  /** ms as given by the clock when its first message came by. */
  readonly startedMs: number;
}

/**
 * Follows one connection and reports its round trips: from the first message sent while nothing
 * was outstanding to the moment the server is ready again. What a client pipelines is one.
 */
export class ExchangeCounter {
  readonly #client = new MessageFraming(true);
  readonly #server = new MessageFraming(false);
  readonly #prepared = new Map<string, string>();
  readonly #portals = new Map<string, string>();
  readonly #done: (exchange: Exchange) => void;
  readonly #now: () => number;
  #application = '';
  #awaited = 0;
  #startedMs: number | undefined;
  #executing: string[] = [];
  #statements: string[] = [];

  constructor(done: (exchange: Exchange) => void, now: () => number) {
    this.#done = done;
    this.#now = now;
  }

  fromClient(chunk: Buffer): void {
    for (const message of this.#client.push(chunk)) this.#sent(message);
  }

  fromServer(chunk: Buffer): void {
    for (const { type } of this.#server.push(chunk)) {
      if (type === 'C') this.#statements.push(this.#executing.shift() ?? '');
      if (type === 'Z') this.#ready();
    }
  }

  #sent({ type, body }: Message): void {
    if (type === '') {
      this.#application = startupParameter(body, 'application_name');
      return;
    }
    this.#startedMs ??= this.#now();
    const first = cString(body);
    if (type === 'P') this.#prepared.set(first.text, cString(body, first.next).text);
    if (type === 'B') {
      const statement = cString(body, first.next).text;
      this.#portals.set(first.text, this.#prepared.get(statement) ?? '');
    }
    if (type === 'E') this.#executing.push(this.#portals.get(first.text) ?? '');
    if (type === 'Q') this.#executing.push(first.text);
    if (type === 'Q' || type === 'S') this.#awaited += 1;
  }

  #ready(): void {
    if (this.#awaited === 0) return; // the greeting
    this.#awaited -= 1;
    if (this.#awaited > 0) return;
    this.#done({
      application: this.#application,
      statements: this.#statements,
      startedMs: this.#startedMs ?? this.#now(),
    });
    this.#startedMs = undefined;
    this.#executing = [];
    this.#statements = [];
  }
}

/** Protocol version, then pairs of names and values. */
function startupParameter(body: Buffer, wanted: string): string {
  for (let at = 4; at < body.length - 1; ) {
    const name = cString(body, at);
    const value = cString(body, name.next);
    if (name.text === wanted) return value.text;
    at = value.next;
  }
  return '';
}
