import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FloodPlan, FloodResult } from './flood.ts';

const PROGRAM = fileURLToPath(new URL('flood.ts', import.meta.url));

/** Runs the flood in a process of its own, so that it does not delay the callers who are measured. */
export function startFlood(plan: FloodPlan): Promise<FloodResult> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(said) as FloodResult);
      else reject(new Error(`the flood ended with status ${code}`));
    });
  });
}
