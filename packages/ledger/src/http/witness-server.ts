import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { WitnessDirectory } from '../files/witness-directory.ts';
import { MAX_WITNESS_REQUEST_BYTES } from '../limits.ts';
import type { Witness } from '../witness/witness.ts';

const MONITORING = /^\/([0-9a-f]{64})\/checkpoint$/;
const TEXT = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** `POST /add-checkpoint` and `GET /<hex SHA-256 of the origin>/checkpoint` (C2SP tlog-witness). */
export function witnessServer(witness: Witness, directory: WitnessDirectory): Server {
  return createServer((request, response) => {
    void answerTo(request, { witness, directory })
      .catch(() => ({ status: 500, contentType: TEXT, body: 'The witness failed.\n' }))
      .then((answer) => send(response, answer));
  });
}

async function answerTo(
  request: IncomingMessage,
  { witness, directory }: { readonly witness: Witness; readonly directory: WitnessDirectory },
): Promise<Answer> {
  const { method, url = '' } = request;
  if (method === 'POST' && url === '/add-checkpoint') {
    const body = await bodyOf(request);
    if (body === null) return { status: 413, contentType: TEXT, body: 'Too large.\n' };
    return witness.addCheckpoint(body);
  }
  const [, originHash] = MONITORING.exec(url) ?? [];
  const note =
    method === 'GET' && originHash !== undefined ? await directory.note(originHash) : null;
  return note === null
    ? { status: 404, contentType: TEXT, body: 'There is nothing here.\n' }
    : { status: 200, contentType: TEXT, body: note };
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_WITNESS_REQUEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}
