import { type Client, createClient, type TokenRequest } from '@holdfast/api-contract';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import type { GrantedToken } from '../sign-in/authorization-flow.ts';
import {
  dropSession,
  keepSession,
  readSession,
  type Session,
  sessionOf,
  sessionOfGrant,
  sessionOfToken,
} from './session.ts';

interface SessionValue {
  readonly session: Session | undefined;
  readonly client: Client;
  /** Resolves when signed in; throws the server's Fault. */
  readonly signIn: (request: TokenRequest) => Promise<void>;
  /** With what the server's own sign-in granted. */
  readonly signInAs: (granted: GrantedToken) => void;
  /** With a token brought from elsewhere. @returns whether it can be one */
  readonly signInWith: (token: string) => boolean;
  readonly signOut: () => void;
}

const SessionContext = createContext<SessionValue | undefined>(undefined);

/** `setTimeout` fires at once beyond this many milliseconds. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Holds who is signed in, and the client that speaks in their name. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState(() => readSession(sessionStorage, Date.now()));
  const value = useMemo<SessionValue>(() => {
    const client = createClient({
      baseUrl: location.origin,
      fetch: (input, init) => fetch(input, { ...init, cache: 'no-store' }),
      token: () => session?.token,
    });
    return {
      session,
      client,
      signIn: async (request) => {
        const answer = await client.issueToken(request);
        setSession(keepSession(sessionStorage, sessionOf(answer, Date.now())));
      },
      signInAs: (granted) =>
        setSession(keepSession(sessionStorage, sessionOfGrant(granted, Date.now()))),
      signInWith: (token) => {
        const brought = sessionOfToken(token, Date.now());
        if (brought !== undefined) setSession(keepSession(sessionStorage, brought));
        return brought !== undefined;
      },
      signOut: () => {
        dropSession(sessionStorage);
        setSession(undefined);
      },
    };
  }, [session]);

  useEffect(() => {
    if (session === undefined) return;
    const left = Math.min(TIMER_MAX_MS, session.expiresAtMs - Date.now());
    const timer = setTimeout(value.signOut, left);
    return () => clearTimeout(timer);
  }, [session, value]);

  return <SessionContext value={value}>{children}</SessionContext>;
}

export function useSession(): SessionValue {
  const value = use(SessionContext);
  if (value === undefined) throw new TypeError('useSession outside SessionProvider');
  return value;
}
