import { createClient, type GlassAccess, type ReviewGlassRequest } from '@holdfast/api-contract';
import type { Command } from 'commander';
import { type Asker, asOption, serverOption } from '../options.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

interface GlassOptions extends ServerAddress {
  readonly as: Asker;
  readonly json: boolean;
}

interface AskOptions extends GlassOptions {
  readonly reason: string;
  readonly minutes: string;
}

interface ReviewOptions extends GlassOptions {
  readonly verdict: string;
  readonly note: string;
}

type Client = ReturnType<typeof createClient>;

/** `holdfast consent break-glass`: emergency access from the request to the verdict about it. */
export function registerBreakGlass(consent: Command): void {
  const glass = consent.command('break-glass').description('Emergency access to one patient');
  const step = (name: string, description: string, persona: string): Command =>
    glass
      .command(name)
      .description(description)
      .addOption(serverOption())
      .addOption(asOption(persona))
      .option('--json', 'print the answer as JSON', false);
  step('ask', 'Ask for it; it opens when it is confirmed', 'clinician')
    .argument('<patient>', 'id of the patient')
    .requiredOption('--reason <words>', 'why: the patient reads it')
    .option('--minutes <number>', 'how long', '60')
    .action((patient: string, options: AskOptions) => {
      const { reason, minutes } = options;
      return show(options, (client) =>
        client.askGlass({ patient, reason, minutes: Number(minutes) }),
      );
    });
  step('confirm', 'Open what was asked for', 'clinician')
    .argument('<id>', 'id of the access')
    .action((id: string, options: GlassOptions) =>
      show(options, (client) => client.confirmGlass(id)),
    );
  step('end', 'End it before its time', 'clinician')
    .argument('<id>', 'id of the access')
    .action((id: string, options: GlassOptions) => show(options, (client) => client.endGlass(id)));
  step('review', 'Record the verdict', 'compliance-officer')
    .argument('<id>', 'id of the access')
    .requiredOption('--verdict <verdict>', 'justified or unjustified')
    .requiredOption('--note <words>', 'why')
    .action((id: string, options: ReviewOptions) => {
      const { note } = options;
      // The server says which verdicts there are.
      const verdict = options.verdict as ReviewGlassRequest['verdict'];
      return show(options, (client) => client.reviewGlass(id, { verdict, note }));
    });
  step('list', 'What awaits a verdict, or concerns who asks', 'compliance-officer').action(
    (options: GlassOptions) => show(options, async (client) => (await client.listGlass()).accesses),
  );
}

async function show(
  options: GlassOptions,
  call: (client: Client) => Promise<GlassAccess | readonly GlassAccess[]>,
): Promise<void> {
  const token = await tokenFor(options, options.as);
  const client = createClient({ baseUrl: options.server, fetch, token: () => token });
  const answer = await call(client).catch((error: unknown) => {
    throw explained(error, options.server);
  });
  if (options.json) return void process.stdout.write(`${JSON.stringify(answer)}\n`);
  const accesses = [answer].flat();
  console.log(accesses.length === 0 ? 'None.' : accesses.map(inWords).join('\n'));
}

function inWords(access: GlassAccess): string {
  const { id, patient, actor, reason, openedAt, until, endedAt, isOpen, verdict } = access;
  const state = isOpen
    ? `open until ${until}`
    : openedAt === undefined
      ? 'not confirmed'
      : `over since ${endedAt ?? until}`;
  const judged = verdict === undefined ? '' : `, ${verdict}`;
  return `${id}: ${actor} to Patient/${patient}, ${state}${judged}: ${reason}`;
}
