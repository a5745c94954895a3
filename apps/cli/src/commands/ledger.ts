import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { loadOrCreateLogKeys, verifyLog } from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Command } from 'commander';
import { databaseAddress } from '../database-address.ts';
import { EXIT } from '../exit.ts';

interface Options {
  readonly data: string;
  readonly checkpoint?: string;
  readonly json: boolean;
}

const FIRST_TENANT = 1 as TenantId;

export function registerLedger(program: Command): void {
  program
    .command('ledger')
    .description('The tamper-evident audit log')
    .command('verify')
    .description('Replay the log from its first record and hold every stored record against it')
    .option(
      '--data <directory>',
      'keys and the embedded database',
      process.env['HOLDFAST_DATA'] ?? '.holdfast',
    )
    .option('--checkpoint <file>', 'a checkpoint kept elsewhere: shows that nothing was cut off')
    .option('--json', 'print the report as JSON', false)
    .action(verify);
}

async function verify(options: Options): Promise<void> {
  const data = resolve(options.data);
  const keys = await loadOrCreateLogKeys(join(data, 'keys'), 'holdfast.local/audit');
  const { url, done } = await databaseAddress(data);
  const pool = createPool({
    url,
    tenant: FIRST_TENANT,
    applicationName: 'holdfast verify',
    max: 2,
  });
  try {
    // The server's own copy outside the database, unless one kept farther away is named.
    const copy = options.checkpoint ?? join(data, `checkpoint-${FIRST_TENANT}`);
    const note = await readFile(copy, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (options.checkpoint === undefined && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const trusted = note === undefined ? [] : [note];
    const report = await verifyLog(pool, {
      tenant: FIRST_TENANT,
      verifier: keys.verifierOf(FIRST_TENANT),
      trusted,
      onProgress: ({ verified }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${verified} records verified`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r');
    if (options.json) {
      const text = JSON.stringify(report, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      process.stdout.write(`${text}\n`);
    } else {
      for (const finding of report.findings) console.log(`  ${JSON.stringify(finding)}`);
      console.log(
        report.ok
          ? `The log holds: ${report.size} records, ${report.checkpoints} signed checkpoints, ${report.unsequenced} too young to be in it.`
          : `The log does NOT hold: ${report.findings.length} findings in ${report.size} records. Keep the database as it is and compare with a checkpoint held elsewhere.`,
      );
    }
    process.exitCode = report.ok ? EXIT.ok : EXIT.findings;
  } finally {
    await pool.end();
    await done();
  }
}
