import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteEmbeddedData } from '@holdfast/postgres';
import { startServer } from '../start.ts';
import type { DrillAnswer, DrillWorld } from './drill.ts';

/** A server on a database and in a directory of its own, of which nothing stays. */
export async function throwawayWorld(
  onProgress: (line: string) => void,
): Promise<DrillWorld & { stop(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-drill-'));
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDirectory,
    databaseUrl: undefined,
    environment: 'development',
    // A demo population is still scored for a while, which would be somebody else's work.
    demo: false,
    publicUrl: undefined,
    logLevel: 'silent',
    onProgress,
  });
  return {
    server,
    call: callerOf(server.url),
    stop: async () => {
      await server.stop();
      // A database of another account lies elsewhere.
      await deleteEmbeddedData(join(dataDirectory, 'postgres'));
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

function callerOf(url: string): DrillWorld['call'] {
  const tokens = new Map<string, string>();
  const tokenOf = async (persona: string): Promise<string> => {
    const known = tokens.get(persona);
    if (known !== undefined) return known;
    const answer = await fetch(`${url}/development/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    tokens.set(persona, token);
    return token;
  };
  return async (persona, path, init = {}): Promise<DrillAnswer> => {
    const headers = {
      authorization: `Bearer ${await tokenOf(persona)}`,
      ...(init.body !== undefined && { 'content-type': 'application/fhir+json' }),
    };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : {} };
  };
}
