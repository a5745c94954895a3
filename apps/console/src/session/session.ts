import type { TokenAnswer } from '@holdfast/api-contract';
import type { GrantedToken } from '../sign-in/authorization-flow.ts';
import { decodedClaims } from './token-claims.ts';

/** Who is signed in, with what, until when. */
export interface Session {
  readonly token: string;
  /** For the banner; what may be done is decided by the server, by the token. */
  readonly name: string;
  readonly role: string;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** A tab's storage: the token ends with the tab and is never sent by the browser on its own. */
export type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'holdfast.session';

/** What the development sign-in answered, as a session. */
export function sessionOf(answer: TokenAnswer, nowMs: number): Session {
  const { access_token: token, persona, expires_in: seconds } = answer;
  const { name, role } = persona;
  return { token, name, role, expiresAtMs: nowMs + seconds * 1_000 };
}

/** A token that somebody brings from their OpenID provider; undefined where it is none, or over. */
export function sessionOfToken(text: string, nowMs: number): Session | undefined {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  const claims = decodedClaims(token);
  if (claims === undefined || claims.expiresAtMs <= nowMs) return undefined;
  return { token, name: claims.name, role: 'token', expiresAtMs: claims.expiresAtMs };
}

/** What the server's own sign-in granted, as a session. */
export function sessionOfGrant(
  { token, idToken, expiresIn }: GrantedToken,
  nowMs: number,
): Session {
  const name = decodedClaims(idToken)?.name ?? 'Somebody';
  return { token, name, role: 'signed in', expiresAtMs: nowMs + expiresIn * 1_000 };
}

/** Keeps a session; a token outlives neither its tab nor its expiry. */
export function keepSession(storage: SessionStorage, session: Session): Session {
  storage.setItem(KEY, JSON.stringify(session));
  return session;
}

/** The kept session, or none where it is missing, expired or unreadable. */
export function readSession(storage: SessionStorage, nowMs: number): Session | undefined {
  const kept = jsonOf(storage.getItem(KEY));
  return isSession(kept) && kept.expiresAtMs > nowMs ? kept : undefined;
}

export const dropSession = (storage: SessionStorage): void => storage.removeItem(KEY);

function isSession(kept: unknown): kept is Session {
  if (typeof kept !== 'object' || kept === null) return false;
  const { token, name, role, expiresAtMs } = kept as Partial<Record<keyof Session, unknown>>;
  const words = [token, name, role];
  return words.every((word) => typeof word === 'string') && typeof expiresAtMs === 'number';
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
