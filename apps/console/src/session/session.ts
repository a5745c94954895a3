import { type Persona, TokenAnswer } from '@holdfast/api-contract';

/** Who is signed in, with what, until when. */
export interface Session {
  readonly token: string;
  readonly persona: Persona;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** A tab's storage: the token ends with the tab and is never sent by the browser on its own. */
export type SessionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'holdfast.session';

/** Keeps what the token endpoint answered; a token outlives neither its tab nor its expiry. */
export function keepSession(storage: SessionStorage, answer: TokenAnswer, nowMs: number): Session {
  storage.setItem(KEY, JSON.stringify({ answer, atMs: nowMs }));
  return sessionOf(answer, nowMs);
}

/** The kept session, or none where it is missing, expired or unreadable. */
export function readSession(storage: SessionStorage, nowMs: number): Session | undefined {
  const kept = jsonOf(storage.getItem(KEY));
  if (typeof kept !== 'object' || kept === null || !('answer' in kept) || !('atMs' in kept)) return;
  const answer = TokenAnswer.safeParse(kept.answer);
  if (!answer.success || typeof kept.atMs !== 'number') return undefined;
  const session = sessionOf(answer.data, kept.atMs);
  return session.expiresAtMs > nowMs ? session : undefined;
}

export const dropSession = (storage: SessionStorage): void => storage.removeItem(KEY);

function sessionOf(answer: TokenAnswer, atMs: number): Session {
  const { access_token: token, persona, expires_in: seconds } = answer;
  return { token, persona, expiresAtMs: atMs + seconds * 1_000 };
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
