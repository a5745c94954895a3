import { connect, createServer, type Socket } from 'node:net';
import { type Exchange, ExchangeCounter } from './exchange-counter.ts';

export interface CountingProxy {
  /** The database's address with the proxy in its place. */
  readonly url: string;
  /** Forgets what came by so far. */
  reset(): void;
  /** Round trips that ended since, in the order of their end. */
  exchanges(): readonly Exchange[];
  close(): Promise<void>;
}

/** Stands between a server and its PostgreSQL (without TLS) and counts what they say. */
export async function countingProxy(databaseUrl: string): Promise<CountingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let seen: Exchange[] = [];
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    const counter = new ExchangeCounter(
      (exchange) => seen.push(exchange),
      () => performance.now(),
    );
    client.on('data', (chunk: Buffer) => counter.fromClient(chunk));
    server.on('data', (chunk: Buffer) => counter.fromServer(chunk));
    client.pipe(server).pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    reset: () => {
      seen = [];
    },
    exchanges: () => seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
