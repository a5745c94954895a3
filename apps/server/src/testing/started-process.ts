import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../cli/bin/holdfast.mjs', import.meta.url));

export interface StartedProcess {
  readonly url: string;
  readonly child: ChildProcess;
}

/** The built server in a process of its own, which a test may kill; ready once this resolves. */
export async function startProcess(
  dataDirectory: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedProcess> {
  const args = [BIN, 'serve', '--port', '0', '--data', dataDirectory, ...flags];
  const env = { ...process.env, NODE_ENV: 'development', HOLDFAST_LOG: 'silent', ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /FHIR base\s+(\S+)\/fhir\/R4/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return { url, child };
}
