import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import {
  KeyRing,
  type LostCounters,
  loadLogKeys,
  proveEntry,
  type VerificationReport,
} from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Command } from 'commander';
import { asOwner, type DataOption, databaseAddress } from '../database-address.ts';
import { verifyFile } from '../evidence/check-pack.ts';
import { EXIT } from '../exit.ts';
import { keyRingSetting } from '../key-ring-setting.ts';
import { dataOption, serverOption } from '../options.ts';
import { registerLedgerKeys } from './ledger-keys.ts';
import { showPatient } from './ledger-show.ts';

interface Options extends DataOption {
  readonly checkpoint?: string;
  readonly key?: string;
  readonly json: boolean;
}

const FIRST_TENANT = 1 as TenantId;

export function registerLedger(program: Command): void {
  const ledger = program.command('ledger').description('The tamper-evident audit log');
  ledger
    .command('verify [pack]')
    .description('Replay the log and hold everything stored against it; or check an evidence pack')
    .addOption(dataOption())
    .option('--key <key>', 'of a pack: verifier key of the log, known from elsewhere')
    .option('--checkpoint <file>', 'a checkpoint kept elsewhere: shows that nothing was cut off')
    .option('--json', 'print the report as JSON', false)
    .action((pack: string | undefined, options: Options) =>
      pack === undefined ? verify(options) : verifyPackFile(pack, options),
    );
  ledger
    .command('prove <record>')
    .description('Print the offline proof of one record (C2SP tlog-proof), by its id')
    .addOption(dataOption())
    .action(prove);
  ledger
    .command('show <patient>')
    .description('Who did what about a patient, with the proof that this is everybody; recorded')
    .addOption(serverOption())
    .option('--key <key>', 'verifier key of the log, as holdfast ledger key prints it')
    .option('--json', 'print records and proof as JSON', false)
    .action(showPatient);
  ledger
    .command('key')
    .description('Print the key that checkpoints are verified with, for auditors and witnesses')
    .addOption(dataOption())
    .action(async ({ data }: DataOption) => {
      console.log((await keysIn(data)).verifierKeyOf(FIRST_TENANT));
    });
  registerLedgerKeys(ledger);
}

async function keysIn(data: string) {
  // Loaded here, not above: other commands must not pay for the server.
  const { LOG_ORIGIN } = await import('@holdfast/server');
  return loadLogKeys(join(resolve(data), 'keys'), LOG_ORIGIN);
}

/** By the key that was given, or by that of the log whose keys are here. */
async function verifyPackFile(pack: string, options: Options): Promise<void> {
  const own = async () => (await keysIn(options.data)).verifierKeyOf(FIRST_TENANT);
  const key = options.key ?? (await own().catch(() => undefined));
  return verifyFile(pack, { key, json: options.json });
}

async function prove(auditId: string, options: DataOption): Promise<void> {
  const { proof } = await asOwner(options, (pool) =>
    proveEntry(pool, { tenant: FIRST_TENANT, auditId }),
  );
  process.stdout.write(proof);
}

/** Looks only: makes neither keys nor a database, and writes nothing to the one it finds. */
async function verify(options: Options): Promise<void> {
  const data = resolve(options.data);
  const { verifyRecords, keyRingSource } = await import('@holdfast/server');
  const ring = await KeyRing.open(keyRingSource(join(data, 'keys'), keyRingSetting(process.env)));
  const keys = await keysIn(data);
  const { url, done } = await databaseAddress(data);
  const pool = createPool({
    url,
    tenant: FIRST_TENANT,
    applicationName: 'holdfast verify',
    max: 1,
  });
  try {
    const report = await verifyRecords(pool, {
      tenant: FIRST_TENANT,
      keys,
      ring,
      trusted: await keptCheckpoints(data, options.checkpoint),
      onProgress: (verified) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${verified} records verified`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r');
    if (options.json) process.stdout.write(`${JSON.stringify(report, withRoot)}\n`);
    else for (const line of linesOf(report)) console.log(line);
    process.exitCode = report.ok && report.complete ? EXIT.ok : EXIT.findings;
  } finally {
    await pool.end();
    await done();
  }
}

/** The server's own copy outside the database, unless one kept farther away is named. */
async function keptCheckpoints(data: string, named: string | undefined): Promise<string[]> {
  const copy = named ?? join(data, `checkpoint-${FIRST_TENANT}`);
  try {
    return [await readFile(copy, 'utf8')];
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const withRoot = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;

function linesOf(report: VerificationReport): string[] {
  const { ok, complete, size, checkpoints, unsequenced, contentsChecked, erasedBodies } = report;
  const further = report.furtherFindings;
  const findings = report.findings.map((finding) => `  ${JSON.stringify(finding)}`);
  return [
    ...findings,
    ...(further > 0 ? [`  ... and ${further} further findings`] : []),
    ok
      ? `The log holds: ${size} records, ${checkpoints} signed checkpoints, ${unsequenced} too young to be in it.`
      : `The log does NOT hold: ${findings.length + further} findings in ${size} records. Keep the database as it is and compare with a checkpoint held elsewhere.`,
    ...(isForeign(report) ? [FOREIGN] : []),
    ...(complete ? [] : ['Records are missing that were counted: see counter-gap above.']),
    ...report.lostCounters.map(lineOfLost),
    `${contentsChecked ?? 0} stored versions are as they were written; ${erasedBodies} bodies were erased.`,
  ];
}

const lineOfLost = ({ process, lastAt, numbers }: LostCounters): string =>
  `Process ${process} ended at ${lastAt} without a farewell, and no record bears its numbers ${numbers}: what a crash leaves.`;

const FOREIGN =
  'None of its checkpoints is signed by these keys. If that is news, see that --data and DATABASE_URL are of the same server.';

/** Keys of another log fit nothing: that many findings are most often one mistyped setting. */
const isForeign = ({ checkpoint, findings }: VerificationReport): boolean =>
  checkpoint === null &&
  findings.some(({ kind, detail }) => kind === 'bad-checkpoint' && detail?.includes(UNSIGNED));

const UNSIGNED = 'no-known-signature';
