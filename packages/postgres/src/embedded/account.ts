import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** PostgreSQL refuses to run as root; then it runs as this account. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The unprivileged account to drop to, or undefined where this process is unprivileged itself. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return chooseAccount(readFileSync('/etc/passwd', 'utf8'));
}

/** `nobody` where the system has it, else the first account that is not root. `initdb` needs a name. */
export function chooseAccount(passwd: string): Account | undefined {
  const accounts = passwd.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return name === '' || uid === '' || uid === '0'
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
  return accounts.find((account) => account.name === 'nobody') ?? accounts[0];
}

/**
 * Whether the account can enter the directory and run programs from it. Asked of the kernel, not
 * computed from mode bits: mount options, access lists and user mappings count too.
 */
export function canEnter(account: Account | undefined, directory: string): boolean {
  return asAccount(account, ['/bin/sh', '-c', 'cd "$1"', 'sh', directory]);
}

export function canRun(account: Account | undefined, program: string): boolean {
  return asAccount(account, [program, '--version']);
}

function asAccount(account: Account | undefined, [program = '', ...args]: string[]): boolean {
  const drop = account && { uid: account.uid, gid: account.gid };
  return spawnSync(program, args, { cwd: '/', stdio: 'ignore', ...drop }).status === 0;
}
