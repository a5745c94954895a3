import { err, ok, type Result } from '@holdfast/kernel';
import type { RingKeys } from './key-ring.ts';

/** One line a version: its number, a blank, 32 bytes in base64. */
const LINE = /^(\d{1,5}) ([A-Za-z0-9+/]{43}=)$/;

/** A key ring as it stands in a file, in the environment, or comes from a command. */
export function parseRing(text: string): Result<RingKeys, 'malformed-ring'> {
  const keys = new Map<number, Uint8Array>();
  for (const line of text.split(/[\n;]/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, version, key] = LINE.exec(line) ?? [];
    if (version === undefined || key === undefined || keys.has(Number(version))) {
      return err('malformed-ring');
    }
    keys.set(Number(version), Buffer.from(key, 'base64'));
  }
  return keys.size === 0 ? err('malformed-ring') : ok(keys);
}

export function formatRing(keys: RingKeys): string {
  const lines = [...keys]
    .sort(([a], [b]) => a - b)
    .map(([version, key]) => `${version} ${Buffer.from(key).toString('base64')}\n`);
  return lines.join('');
}
