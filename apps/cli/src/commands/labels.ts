import { createClient, type LabellingStatus, type LabelSets } from '@holdfast/api-contract';
import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { documentIn } from '../json-document.ts';
import { type Asker, asOption, serverOption } from '../options.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

interface LabelOptions extends ServerAddress {
  readonly as: Asker;
  readonly json: boolean;
}

export function registerLabels(program: Command): void {
  const labels = program
    .command('labels')
    .description('Which codes make data sensitive: load an organisation’s own sets, label again');
  const command = (name: string, description: string): Command =>
    labels
      .command(name)
      .description(description)
      .addOption(serverOption())
      .addOption(asOption('compliance-officer'))
      .option('--json', 'print the answer as JSON', false);
  command('load', 'Put label sets in force; stored data is labelled again in the background')
    .argument('<file>', 'label sets as JSON: title, rules')
    .action(load);
  command('status', 'Which sets are in force, and how far stored data is labelled by them').action(
    status,
  );
  command('relabel', 'Label all stored data again by the sets in force').action(startOver);
}

async function load(file: string, options: LabelOptions): Promise<void> {
  const document = (await documentIn(file)) as LabelSets; // the server reads it
  const client = await clientOf(options);
  const { version, findings } = await asking(options, client.loadLabelSets(document));
  if (options.json) process.stdout.write(`${JSON.stringify({ version, findings })}\n`);
  else {
    for (const { path, text } of findings) console.log(`error: ${path}: ${text}`);
    if (version !== undefined) console.log(`Label sets ${version} are in force.`);
  }
  if (version === undefined) process.exitCode = EXIT.findings;
}

async function status(options: LabelOptions): Promise<void> {
  const client = await clientOf(options);
  say(options, await asking(options, client.readLabelling()));
}

async function startOver(options: LabelOptions): Promise<void> {
  const client = await clientOf(options);
  say(options, await asking(options, client.relabel()));
}

async function clientOf(options: LabelOptions) {
  const token = await tokenFor(options, options.as);
  return createClient({ baseUrl: options.server, fetch, token: () => token });
}

async function asking<Answer>(options: LabelOptions, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw explained(error, options.server);
  }
}

function say({ json }: LabelOptions, { version, title, relabelling }: LabellingStatus): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ version, title, relabelling })}\n`);
    return;
  }
  console.log(
    `${version === 0 ? 'The starter sets are' : `Label sets ${version} are`} in force: ${title}`,
  );
  if (relabelling === undefined) return;
  const { patients, patientsTotal, resources, changed, finishedAt } = relabelling;
  console.log(
    `${finishedAt === undefined ? 'Labelling again' : 'Labelled again'}: ${patients} of ` +
      `${patientsTotal} patients, ${resources} resources, ${changed} of them with other labels.`,
  );
}
