import { join, resolve } from 'node:path';
import { systemRandom, systemTimers, type TenantId } from '@holdfast/kernel';
import { KeyRing, type KeyRingSource, type OwnedRing, ringUse, rotateKeys } from '@holdfast/ledger';
import { Argument, type Command } from 'commander';
import { asOwner, type DataOption } from '../database-address.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { keyRingSetting } from '../key-ring-setting.ts';
import { dataOption, wholeNumber } from '../options.ts';

const FIRST_TENANT = 1 as TenantId;

export function registerLedgerKeys(ledger: Command): void {
  const keys = ledger
    .command('keys')
    .description('The key ring that wraps the keys of audit bodies');
  keys
    .command('list')
    .description('Print the versions of the ring and how many keys each has wrapped')
    .addOption(dataOption())
    .action(list);
  keys
    .command('rotate')
    .description('Add a version, and wrap every key by it; the server goes on')
    .addOption(dataOption())
    .action(rotate);
  keys
    .command('remove')
    .description('Destroy a version that wraps no key; backups from its time cannot be read then')
    .addOption(dataOption())
    .addArgument(new Argument('<version>').argParser(wholeNumber(1, 65_535)))
    .action(remove);
}

async function sourceIn(data: string): Promise<KeyRingSource | OwnedRing> {
  const { keyRingSource } = await import('@holdfast/server');
  return keyRingSource(join(resolve(data), 'keys'), keyRingSetting(process.env));
}

async function list(options: DataOption): Promise<void> {
  const ring = await KeyRing.open(await sourceIn(options.data));
  const use = await asOwner(options, ringUse);
  for (const version of new Set([...ring.versions, ...use.keys()])) {
    const current = version === ring.current ? '  wraps new keys' : '';
    const missing = ring.has(version) ? '' : '  NOT in the ring: what it wrapped cannot be read';
    console.log(`${version}  ${use.get(version) ?? 0} keys${current}${missing}`);
  }
}

/** A ring that is kept elsewhere has got its new version there, before. */
async function rotate(options: DataOption): Promise<void> {
  const source = await sourceIn(options.data);
  if ('add' in source) await source.add();
  const ring = await KeyRing.open(source);
  const { looked, rewrapped } = await asOwner(options, (pool) =>
    rotateKeys(pool, {
      tenant: FIRST_TENANT,
      ring,
      random: systemRandom,
      timers: systemTimers,
      onProgress: (progress) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${progress.looked} keys`);
      },
    }),
  );
  if (process.stderr.isTTY) process.stderr.write('\r');
  console.log(`Version ${ring.current} wraps all ${looked} keys, ${rewrapped} of them anew.`);
}

async function remove(version: number, options: DataOption): Promise<void> {
  const source = await sourceIn(options.data);
  if (!('remove' in source)) {
    throw new CommandFailure(
      'This ring is not kept in the data directory.',
      'Remove the version where it is kept, once holdfast ledger keys list says that it wraps no key.',
      EXIT.usage,
    );
  }
  const wrapped = (await asOwner(options, ringUse)).get(version) ?? 0;
  const ring = await KeyRing.open(source);
  if (wrapped > 0 || version === ring.current) {
    throw new CommandFailure(
      `Version ${version} is in use: it wraps ${wrapped} keys${version === ring.current ? ' and all new ones' : ''}.`,
      'Run holdfast ledger keys rotate first.',
    );
  }
  if (!ring.has(version))
    throw new CommandFailure(
      `There is no version ${version}.`,
      'See holdfast ledger keys list.',
      EXIT.usage,
    );
  await source.remove(version);
  console.log(`Version ${version} is destroyed.`);
}
