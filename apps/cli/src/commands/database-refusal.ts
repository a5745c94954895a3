import { Fault } from '@holdfast/kernel';
import { CommandFailure, EXIT } from '../exit.ts';

/** SQLSTATE and system codes of an address, a name or a right that is wrong, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  '28P01': 'the password is wrong',
  '28000': 'this user may not log in',
  '3D000': 'there is no such database',
  '42501': 'the user lacks a right',
  '57P03': 'it is starting or stopping',
};

/** The failure to use a PostgreSQL of one's own, naming it without its password. */
export function databaseRefusal(error: unknown, url: string | undefined): unknown {
  const code = (error as { code?: unknown }).code;
  if (url === undefined || error instanceof Fault || typeof code !== 'string') return error;
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new CommandFailure(
    `The PostgreSQL of DATABASE_URL (${addressOf(url)}) cannot be used: ${reason} [${code}].`,
    'What it must be and allow: docs/production.md, section PostgreSQL.',
    EXIT.temporary,
  );
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) return 'not an address';
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}
