import {
  dropEventsBefore,
  type GroupStatus,
  type LogHealth,
  listDeadLetters,
  moveGroup,
  parseCursor,
  type ReplayFrom,
  readGroups,
  readLogHealth,
  redriveStream,
  retireGroup,
} from '@holdfast/events';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { type Command, InvalidArgumentError } from 'commander';
import { asOwner, type DataOption, type OwnerPool } from '../database-address.ts';
import { EXIT } from '../exit.ts';
import { jsonLine } from '../json-line.ts';
import { showParked } from './events-parked.ts';
import { followEvents } from './events-tail.ts';
import { refuseUnknownGroup } from './known-group.ts';

interface Options extends DataOption {
  readonly json: boolean;
}

const FIRST_TENANT = 1 as TenantId;

export function registerEvents(program: Command): void {
  const events = program
    .command('events')
    .description('The event log: who follows it, how far behind, what failed; replay and redrive');
  const command = (name: string, description: string): Command =>
    events
      .command(name)
      .description(description)
      .option(
        '--data <directory>',
        'keys and the embedded database',
        process.env['HOLDFAST_DATA'] ?? '.holdfast',
      )
      .option('--json', 'print one JSON value a line', false);

  command('groups', 'How each consumer group and the log itself stand').action(showGroups);
  command('parked', 'Streams that wait behind an event that failed, and why')
    .option('--group <name>', 'of this group only')
    .action(showParked);
  command('dead-letters', 'Events that no attempt could handle')
    .option('--group <name>', 'of this group only')
    .option('--redrive', 'let their streams try again now', false)
    .action(showDeadLetters);
  command('replay <group>', 'Let a group handle events again')
    .option('--from <place>', 'origin, a time (ISO 8601) or a position (xid/id)', placeOf)
    .option('--patient <id>', 'the stream of this patient only')
    .action(replay);
  command('retire <group>', 'Forget a group that nobody runs any more').action(retire);
  command('tail', 'Follow the log as it grows; carries no clinical content')
    .option('--type <types>', 'resource types, separated by commas')
    .option('--from <position>', 'start after this position (xid/id) instead of the end')
    .action(followEvents);
  command('retain', 'Drop whole months; refuses while a group needs one')
    .requiredOption('--since <month>', 'the first month to keep, as 2026-01', monthOf)
    .action(retain);
}

async function showGroups(options: Options): Promise<void> {
  await asOwner(options, async (pool) => {
    const [groups, log] = await Promise.all([readGroups(pool), readLogHealth(pool)]);
    if (options.json) process.stdout.write(jsonLine({ groups, log }));
    else for (const line of [...groups.map(groupLine), logLine(log)]) console.log(line);
    const needy = groups.some(({ led, deadLetters }) => !led || deadLetters > 0);
    if (needy) process.exitCode = EXIT.findings;
  });
}

function groupLine(group: GroupStatus): string {
  const { lag, lagIsAtLeast, lagSeconds, parkedStreams, retrying, deadLetters, handled } = group;
  return [
    `${group.group}: ${group.led ? 'led' : 'NOBODY LEADS IT'}`,
    `behind by ${lagIsAtLeast ? 'over ' : ''}${lag} events, ${lagSeconds.toFixed(1)} s`,
    `${parkedStreams} streams parked (${retrying} try again), ${deadLetters} dead letters`,
    `${handled} handled`,
  ].join('; ');
}

function logLine({ slot, events, heldSince, ...log }: LogHealth): string {
  return [
    `log: about ${events} events since ${heldSince?.toISOString() ?? 'never'}`,
    slot === null ? 'no replication slot' : `slot ${slot.name} keeps ${slot.bytes} bytes`,
    `oldest snapshot ${log.oldestSnapshotAge} transactions old (${log.oldestSnapshotOf ?? 'none'})`,
    `fence held for ${log.fenceSeconds.toFixed(1)} s`,
  ].join('; ');
}

async function showDeadLetters(
  options: Options & { readonly group?: string; readonly redrive: boolean },
): Promise<void> {
  await asOwner(options, async (pool) => {
    const letters = await listDeadLetters(pool, options.group ?? null);
    if (letters.length === 0 && options.group !== undefined)
      await refuseUnknownGroup(pool, options.group);
    for (const letter of letters) {
      if (options.json) process.stdout.write(jsonLine(letter));
      else {
        console.log(
          `${letter.group}  ${letter.deadAt.toISOString()}  ${letter.reference ?? letter.eventId}  ` +
            `${letter.attempts} attempts  ${letter.reason}`,
        );
      }
    }
    if (!options.redrive) {
      if (letters.length === 0 && !options.json) console.log('None.');
      if (letters.length > 0) process.exitCode = EXIT.findings;
      return;
    }
    const streams = new Map(letters.map((each) => [`${each.group} ${each.stream}`, each]));
    for (const letter of streams.values()) {
      await inTransaction(pool, (client) => redriveStream(client, letter.group, letter));
    }
    console.error(`${streams.size} streams try again`);
  });
}

async function replay(
  group: string,
  options: Options & { readonly from?: ReplayFrom; readonly patient?: string },
): Promise<void> {
  await asOwner(options, async (pool) => {
    const from = await replayOf(pool, options);
    const cursor = await inTransaction(pool, (client) => moveGroup(client, group, from));
    if (options.json) process.stdout.write(jsonLine({ group, cursor }));
    else console.log(`${group} handles events again; it stands at ${cursor.xid}/${cursor.id}`);
  });
}

async function replayOf(
  pool: OwnerPool,
  { from, patient }: { readonly from?: ReplayFrom; readonly patient?: string },
): Promise<ReplayFrom> {
  if (patient === undefined) {
    if (from === undefined) throw new InvalidArgumentError('Say --from or --patient.');
    return from;
  }
  if (from !== undefined) {
    throw new InvalidArgumentError(
      'Say --from or --patient: a patient’s events come from the first.',
    );
  }
  const { rows } = await pool.query<{ patient: string }>(
    'select patient from holdfast.patient_state where tenant = $1 and patient_id = $2',
    [FIRST_TENANT, patient],
  );
  const stream = rows[0]?.patient;
  if (stream === undefined) throw new InvalidArgumentError(`There is no patient ${patient}.`);
  return {
    kind: 'stream',
    stream: { tenant: FIRST_TENANT, stream: BigInt(stream) as ResourceKey },
    fromSeq: 1n,
  };
}

async function retire(group: string, options: Options): Promise<void> {
  await asOwner(options, async (pool) => {
    await inTransaction(pool, (client) => retireGroup(client, group));
    if (options.json) process.stdout.write(jsonLine({ group }));
    else console.log(`${group} is forgotten; run again, it starts at the first event`);
  });
}

async function retain(options: Options & { readonly since: Date }): Promise<void> {
  await asOwner(options, async (pool) => {
    const dropped = await inTransaction(pool, (client) => dropEventsBefore(client, options.since));
    if (options.json) process.stdout.write(jsonLine({ dropped }));
    else console.log(dropped.length === 0 ? 'There was nothing to drop.' : dropped.join('\n'));
  });
}

function placeOf(text: string): ReplayFrom {
  if (text === 'origin') return { kind: 'origin' };
  const after = parseCursor(text);
  if (after !== null) return { kind: 'position', after };
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('Give origin, a time such as 2026-11-24T08:00Z, or xid/id.');
  }
  return { kind: 'time', at };
}

function monthOf(text: string): Date {
  const since = new Date(`${text}-01T00:00:00Z`);
  if (!/^\d{4}-\d{2}$/.test(text) || Number.isNaN(since.getTime())) {
    throw new InvalidArgumentError('Give a month such as 2026-01.');
  }
  return since;
}
