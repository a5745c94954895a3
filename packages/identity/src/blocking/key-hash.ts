/** Bits of a hash: with the 23 of a position they fill the 53 of an exact number. */
const HASH_BITS = 30;

/**
 * FNV-1a with a last mixing step, 30 bits. Values that share one by accident make candidates that
 * score as the strangers they are.
 */
export function keyHash(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at++)
    hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> (32 - HASH_BITS);
}
