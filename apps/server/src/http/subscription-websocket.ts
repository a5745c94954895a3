import type { IncomingMessage } from 'node:http';
import { SUBSCRIPTION_LIMITS, type WebsocketDesk } from '@holdfast/subscriptions';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';

export const WEBSOCKET_PATH = '/websocket/subscriptions';

/** Connections come without a token: what they may hear is said by the binding token they send. */
export function acceptWebsockets(app: FastifyInstance, desk: WebsocketDesk): void {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: SUBSCRIPTION_LIMITS.socketMessageBytes,
  });
  app.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const full = server.clients.size >= SUBSCRIPTION_LIMITS.sockets;
    if (request.url?.split('?')[0] !== WEBSOCKET_PATH || full) {
      socket.end(`HTTP/1.1 ${full ? '503 Service Unavailable' : '404 Not Found'}\r\n\r\n`);
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => serve(client, desk));
  });
  app.addHook('preClose', async () => {
    for (const client of server.clients) client.close(1001, 'The server stops.');
    server.close();
  });
}

function serve(client: WebSocket, desk: WebsocketDesk): void {
  client.on('message', (data, isBinary) => {
    if (isBinary || !(data instanceof Buffer)) return client.close(1003, 'Text only.');
    desk
      .receive(client, data.toString())
      .catch(() => client.close(1011, 'The server failed: connect again.'));
    return undefined;
  });
  client.on('error', () => client.terminate());
  client.on('close', () => desk.closed(client));
}
