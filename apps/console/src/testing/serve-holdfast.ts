import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../cli/bin/holdfast.mjs', import.meta.url));
const ADDRESS = /Console\s+(http:\/\/[^/\s]+)\/console\//;

export interface ServedHoldfast {
  readonly url: string;
  /** Runs a command of the product on its data. @param input what it reads */
  command(args: readonly string[], input: string): Promise<string>;
  stop(): Promise<void>;
  /** Deletes its data, also what lies outside the directory because that was closed to its account. */
  deleteData(): Promise<void>;
}

/** Starts the built product as a user does, on a free port over the given data directory. */
export async function serveHoldfast(
  dataDirectory: string,
  environment: 'development' | 'production' = 'development',
): Promise<ServedHoldfast> {
  const args = [BIN, 'serve', '--port', '0', '--data', dataDirectory];
  const env = { ...process.env, NODE_ENV: environment, HOLDFAST_LOG: 'silent' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  return {
    url: await addressOf(child),
    command: (given, input) => said([BIN, ...given, '--data', dataDirectory], input),
    stop: () => stopped(child),
    deleteData: async () => {
      const remove = [BIN, 'data', 'delete', '--yes', '--data', dataDirectory];
      await once(spawn(process.execPath, remove, { stdio: 'ignore' }), 'exit');
    },
  };
}

async function said(args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  return text(child.stdout);
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = ADDRESS.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`holdfast ended early: ${said}`)));
  });
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}
