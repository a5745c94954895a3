import { readFile } from 'node:fs/promises';
import { isRole, ROLES, type Role } from '@holdfast/consent';
import type { ClientKind, RegisteredClient } from '@holdfast/signin';
import { type Command, InvalidArgumentError } from 'commander';
import type { DataOption } from '../database-address.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { dataOption } from '../options.ts';
import { listed, onSignIn } from './sign-in-store.ts';

interface KeyOptions extends DataOption {
  readonly jwks?: string;
  readonly jwksUri?: string;
}

interface AddOptions extends KeyOptions {
  readonly name?: string;
  readonly secret: boolean;
  readonly redirect: string[];
  readonly launch?: string;
  readonly scope: string[];
  readonly purpose: string[];
  readonly as?: string;
  readonly role: string[];
  readonly trusted: boolean;
}

/** `holdfast clients`: programs that may ask for tokens. None registers itself. */
export function registerClients(program: Command): void {
  const clients = program
    .command('clients')
    .description('Programs that may ask for tokens: the clients of the built-in sign-in');
  clients
    .command('add')
    .argument('<id>', 'its client_id')
    .description('Register an app (--redirect) or a backend service (--as and --jwks)')
    .option('--name <words>', 'as people read it when they sign in')
    .option('--redirect <urls>', 'where people come back to; several after commas', listed, [])
    .option('--launch <url>', 'where an EHR launch begins', address)
    .option('--secret', 'it can keep a secret; one is made and shown once', false)
    .option('--jwks <file>', 'its public keys: it signs its requests (private_key_jwt)')
    .option('--jwks-uri <url>', 'where its public keys are', address)
    .requiredOption('--scope <words>', 'scopes it may be given, separated by spaces', words)
    .option('--purpose <codes>', 'purposes of use it is bound to', listed, [])
    .option('--as <reference>', 'as whom it acts when nobody signs in, e.g. Device/feeder')
    .option('--role <roles>', `what it is then: of ${ROLES.join(', ')}`, listed, [])
    .option('--trusted', 'of your own house: people are not asked for consent', false)
    .addOption(dataOption())
    .action(add);
  clients
    .command('ls')
    .description('List the clients')
    .option('--json', 'print them as JSON, one a line', false)
    .addOption(dataOption())
    .action(list);
  clients
    .command('rotate')
    .argument('<id>', 'its client_id')
    .description('Give it a new secret, or other keys; the old ones stop working at once')
    .option('--jwks <file>', 'its new public keys')
    .option('--jwks-uri <url>', 'where its public keys are', address)
    .addOption(dataOption())
    .action(rotate);
  clients
    .command('disable')
    .argument('<id>', 'its client_id')
    .description('Shut it out; its tokens stop working at once')
    .addOption(dataOption())
    .action((id: string, options: DataOption) =>
      onSignIn(options, async (store) => {
        if (!(await store.clients.disable(id))) throw unknown(id);
        console.log(`${id} may ask for nothing any more.`);
      }),
    );
}

async function add(id: string, options: AddOptions): Promise<void> {
  const client = { ...options, ...(await keysIn(options)) };
  const isKeyed = client.jwks !== undefined || client.jwksUri !== undefined;
  const kind: ClientKind = isKeyed ? 'key' : options.secret ? 'secret' : 'public';
  for (const uri of options.redirect) redirectAddress(uri);
  if (options.redirect.length === 0 && (options.as === undefined || kind === 'public')) {
    throw new InvalidArgumentError(
      'An app needs --redirect; a backend service needs --as, --role and --jwks, --jwks-uri or --secret.',
    );
  }
  const secret = await onSignIn(options, ({ clients }) =>
    clients.add({
      id,
      name: options.name ?? id,
      kind,
      redirectUris: options.redirect,
      launchUri: options.launch,
      scopes: options.scope,
      purposes: options.purpose,
      jwks: client.jwks,
      jwksUri: client.jwksUri,
      fhirUser: options.as,
      roles: rolesIn(options.role),
      isTrusted: options.trusted,
    }),
  );
  console.log(`${id} is registered.`);
  if (secret !== undefined) console.log(`Its secret, shown this once: ${secret}`);
}

async function rotate(id: string, options: KeyOptions): Promise<void> {
  const keys = await keysIn(options);
  await onSignIn(options, async ({ clients }) => {
    if (keys.jwks !== undefined || keys.jwksUri !== undefined) {
      if (!(await clients.rotateKeys(id, keys))) throw unknown(id);
      console.log(`${id} has other keys.`);
      return;
    }
    const secret = await clients.rotateSecret(id);
    if (secret === undefined) throw unknown(id);
    console.log(`Its new secret, shown this once: ${secret}`);
  });
}

async function list({ json, ...options }: DataOption & { readonly json: boolean }): Promise<void> {
  const clients = await onSignIn(options, (store) => store.clients.list());
  if (json) {
    for (const client of clients) process.stdout.write(`${JSON.stringify(client)}\n`);
    return;
  }
  if (clients.length === 0) console.log('None yet: holdfast clients add --help.');
  for (const { id, name, kind, scopes, disabled } of clients) {
    console.log(`${id}  ${name} (${kind}): ${scopes.join(' ')}${disabled ? ', disabled' : ''}`);
  }
}

async function keysIn({
  jwks,
  jwksUri,
}: KeyOptions): Promise<Pick<RegisteredClient, 'jwks' | 'jwksUri'>> {
  if (jwks === undefined) return { jwks: undefined, jwksUri };
  const set = JSON.parse(await readFile(jwks, 'utf8')) as NonNullable<RegisteredClient['jwks']>;
  if (!Array.isArray(set.keys) || set.keys.some((key) => 'd' in key)) {
    throw new InvalidArgumentError(`${jwks} must hold a JSON Web Key Set of public keys.`);
  }
  return { jwks: set, jwksUri: undefined };
}

function rolesIn(names: readonly string[]): Role[] {
  const roles = names.filter(isRole);
  if (roles.length === names.length) return roles;
  throw new InvalidArgumentError(`--role takes ${ROLES.join(', ')}.`);
}

const words = (text: string): string[] => text.split(/\s+/).filter((each) => each !== '');

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** In the clear only on this machine (RFC 8252 section 7.3); an app's own scheme is its own affair. */
function redirectAddress(text: string): void {
  if (URL.canParse(text)) {
    const { protocol, hostname, hash } = new URL(text);
    const isPlain = protocol === 'http:' && !LOOPBACK.has(hostname);
    if (!isPlain && hash === '' && !/^(?:javascript|data|file|blob):$/.test(protocol)) return;
  }
  throw new InvalidArgumentError(`--redirect does not take '${text}': it takes https addresses.`);
}

function address(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It must be an address such as https://app.example/launch.');
}

const unknown = (id: string): CommandFailure =>
  new CommandFailure(
    `There is no such client ${id}, or it has none of these.`,
    'See holdfast clients ls.',
    EXIT.failure,
  );
