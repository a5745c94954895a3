import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, SCRYPT } from './limits.ts';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** What is wrong with a password somebody chose; undefined where nothing is (NIST SP 800-63B 5.1.1.2). */
export function passwordProblem(password: string): string | undefined {
  if (password.length < PASSWORD_CHARACTERS_MIN) {
    return `A password has at least ${PASSWORD_CHARACTERS_MIN} characters.`;
  }
  if (password.length > PASSWORD_CHARACTERS_MAX) {
    return `A password has at most ${PASSWORD_CHARACTERS_MAX} characters.`;
  }
  return undefined;
}

/** `scrypt$N$r$p$salt$hash`: the cost travels along, so that it can grow. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { N, r, p } = SCRYPT;
  const hash = await derived(password, salt, { N, r, p });
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** @returns false for a hash of another form too */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, n, r, p, salt, hash] =
    /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return false;
  if (password.length > PASSWORD_CHARACTERS_MAX) return false;
  const expected = Buffer.from(hash, 'base64url');
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const given = await derived(password, Buffer.from(salt, 'base64url'), cost);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Unicode forms of the same password are the same password (NIST SP 800-63B 5.1.1.2). */
const derived = (
  password: string,
  salt: Buffer,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> =>
  derive(password.normalize('NFKC'), salt, 32, { ...cost, maxmem: 256 * cost.N * cost.r });
