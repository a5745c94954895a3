import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** A time-ordered UUID (RFC 9562 section 5.7): new rows land on the right edge of a B-tree. */
export function uuidV7(clock: Clock, random: Random): string {
  const bytes = random.bytes(16);
  const ms = clock.now().getTime();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(ms / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
