import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchOptions, Outcome } from './bench.ts';
import { temporaryPostgres } from './temporary-postgres.ts';

const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/holdfast.mjs', import.meta.url));

/** As `holdfast populate --json` prints it. */
interface Summary {
  readonly resources: number;
  readonly resourcesPerSecond: number;
  readonly copySeconds: number;
  readonly indexSeconds: number;
  readonly rssMb: number;
}

/** The built command, as people run it, each size into a database of its own. */
export const populateBench: Bench = {
  name: 'populate',
  summary: 'a synthetic population straight into an empty store, at several sizes',
  settings: { sizes: '2000,10000', workers: '2' },
  run: async (options) => {
    const setting = (name: string) => options.settings.get(name) ?? populateBench.settings[name];
    const sizes = (setting('sizes') ?? '').split(',').map(Number);
    if (sizes.length === 0 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
      throw new RangeError('--sizes must be numbers of patients such as 2000,10000');
    }
    const figures: Record<string, number> = {};
    let postgres: string | undefined;
    for (const size of sizes) {
      const { version, summary } = await loaded(size, setting('workers') ?? '', options);
      postgres = version;
      const named = figuresOf(summary);
      for (const [name, value] of Object.entries(named)) figures[`patients${size}.${name}`] = value;
      Object.assign(figures, named);
    }
    return { figures, postgres };
  },
};

async function loaded(size: number, workers: string, { log }: BenchOptions) {
  const server = await temporaryPostgres();
  const data = await mkdtemp(join(tmpdir(), 'holdfast-bench-keys-'));
  try {
    const url = await server.running.ensureDatabase('holdfast');
    log(`${size} patients`);
    const summary = await populate(size, workers, { data, url });
    return { version: server.running.version, summary };
  } finally {
    await server.drop();
    await rm(data, { recursive: true, force: true });
  }
}

async function populate(
  size: number,
  workers: string,
  { data, url }: { readonly data: string; readonly url: string },
): Promise<Summary> {
  const args = ['--patients', String(size), '--into-store', '--workers', workers, '--json'];
  const child = spawn(process.execPath, [PROGRAM, 'populate', ...args, '--data', data], {
    env: { PATH: process.env['PATH'], HOME: tmpdir(), DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [answered, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answered += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`populate ended with ${code}: ${said}`);
  return JSON.parse(answered) as Summary; // of the same build
}

const figuresOf = (summary: Summary): Outcome['figures'] => ({
  resources: summary.resources,
  'resources.perSecond': summary.resourcesPerSecond,
  copySeconds: summary.copySeconds,
  indexSeconds: summary.indexSeconds,
  rssMb: summary.rssMb,
});
