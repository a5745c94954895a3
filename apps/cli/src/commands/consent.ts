import { readFile } from 'node:fs/promises';
import { createClient, type ExplainRequest, type Reason } from '@holdfast/api-contract';
import { lintPolicy, parseConsent, readPolicy } from '@holdfast/consent';
import type { Command } from 'commander';
import { CommandFailure, EXIT } from '../exit.ts';
import { serverOption } from '../options.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

interface ExplainOptions extends ServerAddress {
  readonly as: string;
  readonly action: string;
  readonly actor?: string;
  readonly role: readonly string[];
  readonly purpose: readonly string[];
  readonly json: boolean;
}

export function registerConsent(program: Command): void {
  const consent = program.command('consent').description('Who may see what, and why');
  consent
    .command('explain')
    .argument('<patient>', 'id of the patient')
    .argument('<resource>', 'a type, e.g. Observation, or one resource, e.g. Observation/7')
    .description('Say whether something may be done with a patient’s data, and what decides')
    .addOption(serverOption())
    .option('--as <persona>', 'demo persona that asks', 'compliance-officer')
    .option('--action <action>', 'read, write, disclose, infer or export', 'read')
    .option('--actor <reference>', 'for whom, e.g. Practitioner/7; else for whoever asks')
    .option('--role <role...>', 'roles of --actor', ['clinician'])
    .option('--purpose <code...>', 'purposes of --actor', ['TREAT'])
    .option('--json', 'print the answer as JSON', false)
    .action(explain);
  consent
    .command('lint')
    .argument('<file>', 'an access policy or a FHIR Consent, as JSON')
    .description('Say what is wrong with it, or may not be meant; needs no server')
    .action(lint);
}

async function explain(patient: string, resource: string, options: ExplainOptions): Promise<void> {
  const [type = '', id] = resource.split('/', 2);
  const client = createClient({
    baseUrl: options.server,
    fetch,
    token: () => token,
  });
  const token = await tokenFor(options, options.as);
  const { actor, role: roles, purpose: purposes } = options;
  const answer = await client
    .explainConsent({
      patient,
      type,
      ...(id !== undefined && { id }),
      // The server says which actions there are.
      action: options.action as ExplainRequest['action'],
      ...(actor !== undefined && {
        actor: { principal: actor, roles: [...roles], purposes: [...purposes] },
      }),
    })
    .catch((error: unknown) => {
      throw explained(error, options.server);
    });
  if (options.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else
    console.log([`${answer.verdict}: ${answer.summary}`, ...lines(answer.reasons, 1)].join('\n'));
}

const lines = (reasons: readonly Reason[], depth: number): readonly string[] =>
  reasons.flatMap(({ result, text, rule, source, path, reasons: because }) => {
    const where = [rule, source, path].filter((each) => each !== undefined).join(', ');
    return [
      `${'  '.repeat(depth)}${result}: ${text}${where === '' ? '' : ` (${where})`}`,
      ...lines(because, depth + 1),
    ];
  });

async function lint(file: string): Promise<void> {
  const findings = findingsOf(await documentIn(file));
  for (const { severity, path, text } of findings) {
    console.log(`${severity}: ${path === '' ? 'the document' : path}: ${text}`);
  }
  console.log(
    findings.length === 0 ? 'Nothing to say against it.' : `${findings.length} findings.`,
  );
  process.exitCode = findings.length === 0 ? EXIT.ok : EXIT.findings;
}

function findingsOf(document: unknown) {
  if ((document as { resourceType?: unknown } | null)?.resourceType === 'Consent') {
    return parseConsent(document).findings.map(({ rule, text, ...finding }) => ({
      ...finding,
      text: `${text} (${rule})`,
    }));
  }
  const read = readPolicy(document);
  return read.ok ? lintPolicy(read.value) : read.error;
}

async function documentIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'It is not JSON.' : 'It cannot be read.';
    throw new CommandFailure(`${file}: ${why}`, 'Name a file with one JSON document.', EXIT.usage);
  }
}
