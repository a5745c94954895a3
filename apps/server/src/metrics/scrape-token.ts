import { createHash, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '@holdfast/kernel';
import { METRICS_TOKEN_CHARACTERS } from '../limits.ts';

const { least, most } = METRICS_TOKEN_CHARACTERS;
/** What a bearer token may consist of (RFC 6750 section 2.1). */
const BEARER_TOKEN = new RegExp(`^[A-Za-z0-9\\-._~+/=]{${least},${most}}$`);

/**
 * Reads `HOLDFAST_METRICS_TOKEN`, with which a scraper that cannot sign in reads `/metrics`.
 *
 * @returns undefined where none is set; error: what the variable takes
 */
export function readScrapeToken(
  environment: Readonly<Record<string, string | undefined>>,
): Result<string | undefined, string> {
  const token = environment['HOLDFAST_METRICS_TOKEN'] ?? '';
  if (token === '') return ok(undefined);
  if (BEARER_TOKEN.test(token)) return ok(token);
  return err(
    `HOLDFAST_METRICS_TOKEN takes ${least} to ${most} letters, digits and - . _ ~ + / =, ` +
      'e.g. what "openssl rand -hex 32" prints.',
  );
}

/** Compared in constant time; the hashes make the lengths equal. */
export function isScrapeToken(token: string | undefined, authorization = ''): boolean {
  const given = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined || given === undefined) return false;
  const [a, b] = [token, given].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
