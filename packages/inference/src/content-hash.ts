import { createHash } from 'node:crypto';

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** SHA-256 (hex) over JSON with sorted keys: equal content gives equal hashes. */
export function contentHash(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(content, sortedKeys) ?? '')
    .digest('hex');
}
