import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../apps/cli/bin/holdfast.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 100;
/** Enough of what a failed start said to see why. */
const LAST_WORDS = 2_000;

export interface HoldfastProcess {
  readonly origin: string;
  readonly pid: number;
  /** A bearer token of the development sign-in. */
  token(persona: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the built server in a process of its own, as an operator would, over the given database.
 * @param dataDirectory keeps its keys, so the same for every start over one database
 */
export async function startHoldfast(
  databaseUrl: string,
  dataDirectory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<HoldfastProcess> {
  if (!existsSync(BUILT)) throw new Error('The server is not built: run "npm run build" first.');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const args = [PROGRAM, 'serve', '--port', String(port), '--data', dataDirectory];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment, DATABASE_URL: databaseUrl, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-LAST_WORDS);
    });
  }
  const stop = () => ended(child);
  try {
    await ready(origin, child);
  } catch (cause) {
    await stop();
    throw new Error(`The server did not start. It said:\n${said}`, { cause });
  }
  return { origin, pid: child.pid ?? 0, token: (persona) => tokenOf(origin, persona), stop };
}

async function ready(origin: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}`);
    const answer = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`it was not ready after ${START_TIMEOUT_MS} ms`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}

async function tokenOf(origin: string, persona: string): Promise<string> {
  const answer = await fetch(`${origin}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  if (answer.status !== 200) throw new Error(`no token for ${persona}: status ${answer.status}`);
  const body = (await answer.json()) as { readonly access_token?: unknown };
  if (typeof body.access_token !== 'string') throw new Error('an answer without access_token');
  return body.access_token;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}
