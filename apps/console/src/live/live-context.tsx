import { systemClock } from '@holdfast/kernel';
import { createContext, type ReactNode, use, useEffect, useMemo, useReducer } from 'react';
import { useSession } from '../session/session-context.tsx';
import { followForever } from './follow.ts';
import { INITIAL, type LiveState, reduceLive } from './live-state.ts';

interface LiveValue {
  readonly live: LiveState;
  readonly togglePause: () => void;
}

const LiveContext = createContext<LiveValue | undefined>(undefined);

/** Follows the server for as long as it is mounted. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { client } = useSession();
  const [live, dispatch] = useReducer(reduceLive, INITIAL);
  useEffect(() => {
    const stop = new AbortController();
    const ports = { client, clock: systemClock, draw: Math.random, wait, dispatch };
    void followForever(ports, stop.signal);
    return () => stop.abort();
  }, [client]);
  const value = useMemo(
    () => ({ live, togglePause: () => dispatch({ type: 'toggle-pause' }) }),
    [live],
  );
  return <LiveContext value={value}>{children}</LiveContext>;
}

export function useLive(): LiveValue {
  const value = use(LiveContext);
  if (value === undefined) throw new TypeError('useLive outside LiveProvider');
  return value;
}

/** Waits, but no longer than until the network is back or nobody needs the answer. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    addEventListener('online', done);
  });
}
