import { text as readAll } from 'node:stream/consumers';
import { isRole, ROLES } from '@holdfast/consent';
import type { User } from '@holdfast/signin';
import { type Command, InvalidArgumentError } from 'commander';
import type { DataOption } from '../database-address.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { dataOption } from '../options.ts';
import { listed, onSignIn } from './sign-in-store.ts';

interface AddOptions extends DataOption {
  readonly as: string;
  readonly role: string[];
  readonly displayName?: string;
  readonly purpose: string[];
  readonly member: string[];
  readonly patient: string[];
}

/** `holdfast users`: who signs in with a password of this installation. */
export function registerUsers(program: Command): void {
  const users = program
    .command('users')
    .description('Who may sign in here: the users of the built-in sign-in');
  users
    .command('add')
    .argument('<name>', 'what they type to sign in')
    .description('Add a user; the password is read from HOLDFAST_PASSWORD or the standard input')
    .requiredOption(
      '--as <reference>',
      'who they are in the records, e.g. Practitioner/p-1',
      reference,
    )
    .requiredOption('--role <roles>', `of ${ROLES.join(', ')}; several after commas`, listed)
    .option('--display-name <words>', 'their name as others read it')
    .option('--purpose <codes>', 'purposes of use they are bound to', listed, [])
    .option('--member <references>', 'organisations, care teams, groups they act for', listed, [])
    .option('--patient <ids>', 'records that a patient or proxy may act on', listed, [])
    .addOption(dataOption())
    .action(add);
  users
    .command('ls')
    .description('List the users')
    .option('--json', 'print them as JSON, one a line', false)
    .addOption(dataOption())
    .action(list);
  users
    .command('disable')
    .argument('<name>', 'what they type to sign in')
    .description('Shut a user out; their tokens stop working at once')
    .addOption(dataOption())
    .action((name: string, options: DataOption) =>
      onSignIn(options, async (store) => {
        const user = present(await store.users.disable(name), name);
        await store.signOut(user.id);
        console.log(`${user.name} may not sign in any more.`);
      }),
    );
  users
    .command('enable')
    .argument('<name>', 'what they type to sign in')
    .description('Let a user in again who was shut out, with the password of before')
    .addOption(dataOption())
    .action((name: string, options: DataOption) =>
      onSignIn(options, async (store) => {
        const user = present(await store.users.enable(name), name);
        console.log(`${user.name} may sign in again.`);
      }),
    );
  users
    .command('sign-out')
    .argument('<name>', 'what they type to sign in')
    .description('End all sessions and grants of a user')
    .addOption(dataOption())
    .action((name: string, options: DataOption) =>
      onSignIn(options, async (store) => {
        const all = await store.users.list();
        const user = present(
          all.find((each) => each.name === name.trim().toLowerCase()),
          name,
        );
        console.log(`Ended ${await store.signOut(user.id)} sessions and grants of ${user.name}.`);
      }),
    );
}

async function add(name: string, options: AddOptions): Promise<void> {
  const roles = options.role.filter(isRole);
  if (roles.length !== options.role.length || roles.length === 0) {
    throw new InvalidArgumentError(`--role takes ${ROLES.join(', ')}.`);
  }
  const password = process.env['HOLDFAST_PASSWORD'] ?? (await readAll(process.stdin)).trimEnd();
  await onSignIn(options, async ({ users }) => {
    const user = await users.add({
      name,
      displayName: options.displayName ?? name,
      password,
      fhirUser: options.as,
      roles,
      purposes: options.purpose,
      memberships: options.member,
      patients: options.patient,
    });
    console.log(`${user.name} may sign in as ${user.fhirUser} (${user.roles.join(', ')}).`);
  });
}

async function list({ json, ...options }: DataOption & { readonly json: boolean }): Promise<void> {
  const users = await onSignIn(options, (store) => store.users.list());
  if (json) {
    for (const user of users) process.stdout.write(`${JSON.stringify(user)}\n`);
    return;
  }
  if (users.length === 0) console.log('Nobody yet: holdfast users add --help.');
  for (const { name, displayName, fhirUser, roles, disabled } of users) {
    console.log(
      `${name}  ${displayName}, ${fhirUser} (${roles.join(', ')})${disabled ? ', disabled' : ''}`,
    );
  }
}

function present(user: User | undefined, name: string): User {
  if (user !== undefined) return user;
  throw new CommandFailure(`There is no user ${name}.`, 'See holdfast users ls.', EXIT.failure);
}

function reference(text: string): string {
  if (/^[A-Za-z]+\/[\w\-.]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a reference such as Practitioner/p-1.');
}
