import type { Overview, RecentEvent, SignalChange } from '@holdfast/api-contract';
import type { Fault } from '@holdfast/kernel';
import { counted } from '../format/count.ts';
import { ANNOUNCE_INTERVAL_MS, STREAM_ROWS_MAX } from '../limits.ts';

/** An event, or the honest mark of events that passed unseen between two snapshots. */
export type StreamRow =
  | { readonly kind: 'event'; readonly event: RecentEvent }
  | { readonly kind: 'gap'; readonly id: string; readonly missed: number; readonly before: string };

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | {
      readonly state: 'reconnecting';
      readonly since: string;
      readonly attempts: number;
      readonly fault: Fault;
    }
  | { readonly state: 'refused'; readonly fault: Fault };

/** What the page shows: one snapshot and the event rows gathered up to it. */
export interface Picture {
  readonly overview: Overview;
  /** Events ever committed, as last known: a snapshot taken without the database says zero. */
  readonly total: number;
  /** Newest first, at most STREAM_ROWS_MAX. */
  readonly rows: readonly StreamRow[];
  /** Rows that left the page at its end. */
  readonly dropped: number;
  /** Events that passed unseen since the page was opened. */
  readonly missed: number;
}

export interface LiveState {
  readonly connection: Connection;
  /** Always up to date, also while the page is paused. */
  readonly newest: Picture | undefined;
  /** Set while paused: what the page keeps showing. */
  readonly held: Picture | undefined;
  /** For screen readers: said once, together, never per row. */
  readonly announcement: string;
  readonly announcedAt: string;
  readonly unannounced: number;
}

export type LiveAction =
  | { readonly type: 'opened' }
  | { readonly type: 'overview'; readonly overview: Overview }
  | { readonly type: 'signal'; readonly change: SignalChange }
  | { readonly type: 'lost'; readonly at: string; readonly fault: Fault }
  | { readonly type: 'refused'; readonly fault: Fault }
  | { readonly type: 'toggle-pause' };

export const INITIAL: LiveState = {
  connection: { state: 'connecting' },
  newest: undefined,
  held: undefined,
  announcement: '',
  announcedAt: '',
  unannounced: 0,
};

/** Events that arrived behind a paused page. */
export const heldBack = ({ newest, held }: LiveState): number =>
  held === undefined || newest === undefined ? 0 : newest.total - held.total;

export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case 'opened':
      return announce({ ...state, connection: { state: 'live' } }, reopened(state.connection));
    case 'overview':
      return advance(state, action.overview);
    case 'signal':
      return applySignal(state, action.change);
    case 'lost':
      return lose(state, action.at, action.fault);
    case 'refused':
      return { ...state, connection: { state: 'refused', fault: action.fault } };
    case 'toggle-pause': {
      const held = state.held === undefined ? state.newest : undefined;
      return announce({ ...state, held }, held === undefined ? 'Live again.' : 'Paused.');
    }
  }
}

const announce = (state: LiveState, words: string): LiveState =>
  words === '' ? state : { ...state, announcement: words };

const reopened = (connection: Connection): string =>
  connection.state === 'reconnecting' ? 'Connected again.' : '';

function lose(state: LiveState, at: string, fault: Fault): LiveState {
  const { connection } = state;
  const again = connection.state === 'reconnecting';
  const next: Connection = {
    state: 'reconnecting',
    since: again ? connection.since : at,
    attempts: again ? connection.attempts + 1 : 1,
    fault,
  };
  return announce({ ...state, connection: next }, again ? '' : 'Connection lost. Reconnecting.');
}

function advance(state: LiveState, overview: Overview): LiveState {
  const newest = pictureAfter(state.newest, overview);
  const unannounced = state.unannounced + newest.total - (state.newest?.total ?? newest.total);
  const due = Date.parse(overview.at) - Date.parse(state.announcedAt) >= ANNOUNCE_INTERVAL_MS;
  if (state.announcedAt === '') return { ...state, newest, announcedAt: overview.at };
  if (!due || unannounced === 0 || state.held !== undefined)
    return { ...state, newest, unannounced };
  const announcement = `${counted(unannounced, 'new event')}.`;
  return { ...state, newest, announcement, announcedAt: overview.at, unannounced: 0 };
}

const idOf = (row: StreamRow): string => (row.kind === 'event' ? row.event.id : row.id);

/** Adds the rows a snapshot brings, and marks what passed unseen before them. */
function pictureAfter(previous: Picture | undefined, overview: Overview): Picture {
  const { recent } = overview.events;
  const total = Math.max(previous?.total ?? 0, overview.events.total);
  const known = new Set(previous?.rows.map(idOf));
  const fresh = recent.filter((event) => !known.has(event.id));
  // A row seen before closes the gap: nothing can have passed between it and the fresh ones.
  const isContinuous = previous === undefined || fresh.length < recent.length || fresh.length === 0;
  const missed = isContinuous ? 0 : Math.max(0, total - previous.total - fresh.length);
  const oldest = fresh.at(-1);
  const rows: StreamRow[] = [
    ...fresh.map((event): StreamRow => ({ kind: 'event', event })),
    ...(missed > 0 && oldest !== undefined
      ? [{ kind: 'gap', id: `gap-${oldest.id}`, missed, before: oldest.at } as const]
      : []),
    ...refreshed(previous?.rows ?? [], recent),
  ];
  const kept = rows.slice(0, STREAM_ROWS_MAX);
  return {
    overview,
    total,
    rows: kept,
    dropped: (previous?.dropped ?? 0) + rows.length - kept.length,
    missed: (previous?.missed ?? 0) + missed,
  };
}

/** Known rows with what the snapshot now says of them: an event's lag is known only later. */
function refreshed(rows: readonly StreamRow[], recent: readonly RecentEvent[]): StreamRow[] {
  const latest = new Map(recent.map((event) => [event.id, event]));
  return rows.map((row) => {
    const event = row.kind === 'event' ? latest.get(row.event.id) : undefined;
    return event === undefined ? row : { kind: 'event', event };
  });
}

function applySignal(state: LiveState, { change, signal }: SignalChange): LiveState {
  const { newest } = state;
  if (newest === undefined) return state;
  const others = newest.overview.signals.filter(({ id }) => id !== signal.id);
  const overview = { ...newest.overview, signals: [signal, ...others] };
  const words =
    change === 'opened'
      ? `New ${signal.severity} signal: ${signal.summary}`
      : change === 'resolved'
        ? `Resolved: ${signal.summary}`
        : '';
  return announce({ ...state, newest: { ...newest, overview } }, words);
}
