import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A headless browser to drive, or undefined: then the test skips (`it.skipIf`). `npm test` says
 * so, and installs it where it may.
 */
export function chromiumPath(): string | undefined {
  return findProgram('HOLDFAST_CHROMIUM', ['chromium', 'chromium-browser', 'google-chrome']);
}

/** A NATS server to start, or undefined: then the test skips. */
export function natsServerPath(): string | undefined {
  return findProgram('HOLDFAST_NATS_SERVER', ['nats-server']);
}

/** Where Debian puts servers, which an ordinary user's PATH does not name. */
const BESIDE_PATH = ['/usr/local/sbin', '/usr/sbin'];

/** The path that the variable names, else the first of the names that is in PATH. */
function findProgram(variable: string, names: readonly string[]): string | undefined {
  const given = process.env[variable];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...BESIDE_PATH];
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path));
}
