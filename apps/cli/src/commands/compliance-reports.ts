import type { AccountingAnswer } from '@holdfast/api-contract';
import { createClient } from '@holdfast/api-contract';
import { type Command, InvalidArgumentError } from 'commander';
import { type Asker, asOption, serverOption } from '../options.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

export interface ReportOptions extends ServerAddress {
  readonly as: Asker;
  readonly patient: string;
  readonly from?: string;
  readonly to?: string;
}

interface DiscloseOptions extends ReportOptions {
  readonly at: string;
  readonly recipient: string;
  readonly address?: string;
  readonly what: string;
  readonly purpose: string;
  readonly ground: string;
}

/** `holdfast compliance accounting` and `disclose`: ask the running server. */
export function registerReports(compliance: Command): void {
  aboutPatient(compliance, 'accounting', 'Disclosures of a patient’s record (45 CFR 164.528)')
    .option('--json', 'print the answer as JSON', false)
    .action((options: ReportOptions & { readonly json: boolean }) => accounting(options));
  compliance
    .command('disclose')
    .description('Record a disclosure that was made outside of this platform')
    .requiredOption('--patient <id>', 'about whom')
    .requiredOption('--at <time>', 'when it was made', instant)
    .requiredOption('--recipient <name>', 'who received it')
    .option('--address <words>', 'where they are, if known')
    .requiredOption('--what <words>', 'what was disclosed, briefly')
    .requiredOption('--purpose <words>', 'why, briefly')
    .requiredOption('--ground <word>', 'e.g. public-health, judicial, law-enforcement')
    .addOption(serverOption())
    .addOption(asOption('compliance-officer'))
    .action(disclose);
}

/** A command about one patient and a period. */
export const aboutPatient = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(description)
    .requiredOption('--patient <id>', 'about whom')
    .option('--from <time>', 'from here on; six years before the end unless stated', instant)
    .option('--to <time>', 'before here; now unless stated', instant)
    .addOption(serverOption())
    .addOption(asOption('compliance-officer'));

/** @returns a day's beginning in UTC, or an instant, as RFC 3339 */
function instant(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}(?:T.+Z)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isFinite(at.getTime())) {
    throw new InvalidArgumentError(
      'Expected a day (2026-11-24) or an instant in UTC (...T08:00Z).',
    );
  }
  return at.toISOString();
}

/** What such a command asks the server for. */
export const periodOf = ({ patient, from, to }: ReportOptions) => ({
  patient,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { until: to }),
});

/** Calls the server as whom the command says. */
export async function asking<Answer>(
  options: Pick<ReportOptions, 'server' | 'as'>,
  call: (client: ReturnType<typeof createClient>) => Promise<Answer>,
): Promise<Answer> {
  const token = await tokenFor(options, options.as);
  const client = createClient({ baseUrl: options.server, fetch, token: () => token });
  return call(client).catch((error: unknown) => {
    throw explained(error, options.server);
  });
}

async function accounting(options: ReportOptions & { readonly json: boolean }): Promise<void> {
  const answer = await asking(options, (client) => client.readAccounting(periodOf(options)));
  if (options.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else for (const line of linesOf(answer)) console.log(line);
}

function linesOf({ series, leftOut, disclosures, from, until }: AccountingAnswer): string[] {
  return [
    `${disclosures} disclosures from ${from} to ${until}.`,
    ...series.map(({ recipient, purpose, first, last, count, what }) => {
      const when = count === 1 ? first : `${count} times, ${first} to ${last}`;
      const where = recipient.address === undefined ? '' : `, ${recipient.address}`;
      return `  ${when}  ${recipient.name}${where}: ${what.join(', ')}, for ${purpose}`;
    }),
    ...leftOut.map(({ count, rule }) => `  left out: ${count}, ${rule}`),
  ];
}

async function disclose(options: DiscloseOptions): Promise<void> {
  const { patient, at, recipient: name, address, what, purpose, ground } = options;
  const recipient = { name, ...(address !== undefined && { address }) };
  // The server says which grounds there are.
  const body = { patient, at, recipient, what, purpose, ground: ground as 'oversight' };
  const { recordedBy } = await asking(options, (client) => client.reportDisclosure(body));
  console.log(`On record, by ${recordedBy}.`);
}
