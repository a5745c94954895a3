import {
  type AccessPolicy,
  createClient,
  type ExplainRequest,
  type Reason,
  type WhatIfRequest,
} from '@holdfast/api-contract';
import { lintPolicy, parseConsent, readPolicy } from '@holdfast/consent';
import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { documentIn } from '../json-document.ts';
import { type Asker, asOption, serverOption } from '../options.ts';
import { registerBreakGlass } from './break-glass.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

interface WhatIfOptions extends ServerAddress {
  readonly as: Asker;
  readonly json: boolean;
}

interface ExplainOptions extends ServerAddress {
  readonly as: Asker;
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
    .addOption(asOption('compliance-officer'))
    .option('--action <action>', 'read, write, disclose, infer or export', 'read')
    .option('--actor <reference>', 'for whom, e.g. Practitioner/7; else for whoever asks')
    .option('--role <role...>', 'roles of --actor', ['clinician'])
    .option('--purpose <code...>', 'purposes of --actor', ['TREAT'])
    .option('--json', 'print the answer as JSON', false)
    .action(explain);
  consent
    .command('what-if')
    .argument('<file>', 'a draft access policy, or a draft FHIR Consent with its patient, as JSON')
    .description('Say who would gain and who would lose what, were it in force')
    .addOption(serverOption())
    .addOption(asOption('compliance-officer'))
    .option('--json', 'print the answer as JSON', false)
    .action(whatIf);
  consent
    .command('lint')
    .argument('<file>', 'an access policy or a FHIR Consent, as JSON')
    .description('Say what is wrong with it, or may not be meant; needs no server')
    .action(lint);
  registerBreakGlass(consent);
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

async function whatIf(file: string, options: WhatIfOptions): Promise<void> {
  const draft = await documentIn(file);
  // The server takes a policy or a Consent, and can't say of which of them a member is missing.
  const policy = isConsent(draft) ? undefined : readPolicy(draft);
  if (policy?.ok === false) return sayFindings(policy.error);
  const token = await tokenFor(options, options.as);
  const client = createClient({ baseUrl: options.server, fetch, token: () => token });
  const answer = await client.whatIf(whatIfRequest(draft)).catch((error: unknown) => {
    throw explained(error, options.server);
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } else {
    for (const { path, text } of answer.findings) console.log(`error: ${path}: ${text}`);
    for (const {
      role,
      purpose,
      action,
      standing,
      change,
      label,
      types,
      patients,
    } of answer.changes) {
      const whom = standing === 'anyone' ? role : `${role} (${standing})`;
      console.log(
        `${whom} ${change} ${action} for ${purpose} of ${label} data of ${patients} patients: ` +
          few(types),
      );
    }
    if (answer.changes.length === 0 && answer.findings.length === 0)
      console.log('Nothing changes.');
  }
  if (answer.findings.length > 0) process.exitCode = EXIT.findings;
}

/** More types than this are counted; `--json` names them all. */
const TYPES_NAMED = 8;

function few(types: readonly string[]): string {
  const rest = types.length - TYPES_NAMED;
  const named = types.slice(0, TYPES_NAMED).join(', ');
  return rest > 0 ? `${named} and ${rest} more` : named;
}

/** The server reads what is in it. */
function whatIfRequest(draft: unknown): WhatIfRequest {
  const { resourceType, patient } = (draft ?? {}) as {
    readonly resourceType?: unknown;
    readonly patient?: { readonly reference?: string };
  };
  if (resourceType !== 'Consent') return { policy: draft as AccessPolicy };
  const id = patient?.reference?.split('/').at(-1) ?? '';
  return { patient: id, consent: draft as { resourceType: 'Consent' } };
}

async function lint(file: string): Promise<void> {
  sayFindings(findingsOf(await documentIn(file)));
}

interface Said {
  readonly severity: string;
  readonly path: string;
  readonly text: string;
}

function sayFindings(findings: readonly Said[]): void {
  for (const { severity, path, text } of findings) {
    console.log(`${severity}: ${path === '' ? 'the document' : path}: ${text}`);
  }
  console.log(
    findings.length === 0 ? 'Nothing to say against it.' : `Findings: ${findings.length}.`,
  );
  process.exitCode = findings.length === 0 ? EXIT.ok : EXIT.findings;
}

const isConsent = (document: unknown): boolean =>
  (document as { resourceType?: unknown } | null)?.resourceType === 'Consent';

function findingsOf(document: unknown) {
  if (isConsent(document)) {
    return parseConsent(document).findings.map(({ rule, text, ...finding }) => ({
      ...finding,
      text: `${text} (${rule})`,
    }));
  }
  const read = readPolicy(document);
  return read.ok ? lintPolicy(read.value) : read.error;
}
