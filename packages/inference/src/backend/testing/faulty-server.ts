import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BackendFault } from './conformance.ts';

/** A real server on a real port, which can be told to go wrong. */
export interface FaultyServer {
  readonly url: string;
  readonly fail: (fault: BackendFault | null) => void;
  /** Bodies as they came. */
  readonly asked: { readonly path: string; readonly body: Buffer; readonly length: string }[];
  /** Connections that the caller closed before the answer. */
  readonly closed: () => number;
  readonly close: () => Promise<void>;
}

export interface ServedAnswer {
  readonly status: number;
  readonly body: object;
}

const SLOW_MS = 50;

export async function faultyServer(
  answer: (path: string, body: Buffer, headers: IncomingMessage['headers']) => ServedAnswer,
  spoil: (fault: 'malformed' | 'wrong-version', good: object) => object,
): Promise<FaultyServer> {
  let fault: BackendFault | null = null;
  let closed = 0;
  const asked: FaultyServer['asked'] = [];
  const send = (response: ServerResponse, status: number, body: object, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const handle = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const length = String(request.headers['inference-header-content-length'] ?? '');
    asked.push({ path: request.url ?? '', body, length });
    const good = answer(request.url ?? '', body, request.headers);
    switch (fault) {
      case 'hang':
        response.on('close', () => {
          closed += 1;
        });
        return;
      case 'busy-429':
      case 'busy-503':
        return send(response, fault === 'busy-429' ? 429 : 503, {}, { 'retry-after': '2' });
      case 'error-500':
        return send(response, 500, { error: 'out of memory' });
      case 'half-closed':
        // As much as half an answer, and then the stream ends without its end.
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"outputs": [');
        setImmediate(() => response.destroy());
        return;
      case 'malformed':
      case 'wrong-version':
        return send(response, 200, spoil(fault, good.body));
      case 'slow':
        setTimeout(() => send(response, good.status, good.body), SLOW_MS);
        return;
      case null:
        send(response, good.status, good.body);
    }
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => handle(request, response, Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    fail: (next) => {
      fault = next;
    },
    asked,
    closed: () => closed,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
