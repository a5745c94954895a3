import { createClient } from '@holdfast/api-contract';
import { type Command, Option } from 'commander';
import { type Asker, asOption, serverOption, wholeNumber } from '../options.ts';
import { registerPack } from './compliance-pack.ts';
import { registerReports } from './compliance-reports.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

interface Options extends ServerAddress {
  readonly as: Asker;
  readonly json: boolean;
}

interface HoldOptions extends Options {
  readonly matter: string;
  readonly custodian: string;
  readonly reason: string;
}

interface RetentionOptions extends Options {
  readonly days: number;
  readonly authority: string;
}

interface EraseOptions extends Options {
  readonly authority: string;
  readonly basis: string;
}

type Client = ReturnType<typeof createClient>;

/** `holdfast compliance`: what may be destroyed and what may not; asks the running server. */
export function registerCompliance(program: Command): void {
  const compliance = program
    .command('compliance')
    .description('Reports of the audit log; legal holds, retention and erasure of what it says');
  registerReports(compliance);
  registerPack(compliance);
  const hold = compliance.command('hold').description('Legal holds: they veto destruction');
  asking(hold, 'place [patients...]', 'Place one, over these patients or over everything')
    .requiredOption('--matter <words>', 'the lawsuit or investigation')
    .requiredOption('--custodian <words>', 'who answers for it')
    .requiredOption('--reason <words>', 'why')
    .action((patients: string[], { matter, custodian, reason, ...options }: HoldOptions) => {
      const covered = patients.length > 0 && { patients };
      return show(options, async (client) => {
        return (await client.placeHold({ matter, custodian, reason, ...covered })).holds;
      });
    });
  asking(hold, 'release <id>', 'Release one')
    .requiredOption('--reason <words>', 'why')
    .action((id: string, { reason, ...options }: HoldOptions) =>
      show(options, async (client) => (await client.releaseHold(id, { reason })).holds),
    );
  asking(hold, 'list', 'Those that stand, then the released').action((options: Options) =>
    show(options, async (client) => (await client.listHolds()).holds),
  );
  const retention = compliance.command('retention').description('How long records are kept');
  asking(retention, 'set <class>', 'Say how long a class of records (audit) is kept at least')
    .addOption(
      new Option('--days <number>', 'days').argParser(wholeNumber(0, 36_500)).makeOptionMandatory(),
    )
    .requiredOption('--authority <words>', 'the law or policy it follows')
    .action((name: string, { days: minimumDays, authority, ...options }: RetentionOptions) => {
      // The server says which classes there are.
      const recordClass = name as 'audit';
      return show(options, async (client) => {
        return (await client.setRetention({ recordClass, minimumDays, authority })).rules;
      });
    });
  asking(retention, 'list', 'Every rule there ever was').action((options: Options) =>
    show(options, async (client) => (await client.listRetention()).rules),
  );
  asking(compliance, 'erase <patient>', 'Erase what the audit log says about a patient')
    .requiredOption('--authority <words>', 'whose decision it is')
    .requiredOption('--basis <words>', 'the ground, e.g. "GDPR 17(1)(a)"')
    .action((patient: string, { authority, basis, ...options }: EraseOptions) =>
      show(options, async (client) => (await client.erase({ patient, authority, basis })).erasures),
    );
  asking(compliance, 'erasures', 'Erasures and how far they are')
    .option('--run', 'carry out what is due first', false)
    .action(({ run, ...options }: Options & { readonly run: boolean }) =>
      show(options, async (client) => {
        return (await (run ? client.runErasures() : client.listErasures())).erasures;
      }),
    );
}

const asking = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(description)
    .addOption(serverOption())
    .addOption(asOption('compliance-officer'))
    .option('--json', 'print the answer as JSON', false);

async function show(
  options: Options,
  call: (client: Client) => Promise<readonly object[]>,
): Promise<void> {
  const token = await tokenFor(options, options.as);
  const client = createClient({ baseUrl: options.server, fetch, token: () => token });
  const entries = await call(client).catch((error: unknown) => {
    throw explained(error, options.server);
  });
  if (options.json) return void process.stdout.write(`${JSON.stringify(entries)}\n`);
  if (entries.length === 0) console.log('None.');
  for (const entry of entries) {
    const words = Object.entries(entry).map(([name, value]) => `${name} ${value ?? 'all'}`);
    console.log(words.join('  '));
  }
}
