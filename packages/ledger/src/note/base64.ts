import { err, ok, type Result } from '@holdfast/kernel';

const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Standard base64 with padding (RFC 4648 section 4), on any platform. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Strict: what another spelling of the same bytes would be is refused, so texts have one form. */
export function fromBase64(text: string): Result<Uint8Array, 'not-base64'> {
  if (!STANDARD.test(text)) return err('not-base64');
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? ok(bytes) : err('not-base64');
}
