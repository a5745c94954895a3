/** One bar a second over a minute: enough to see a burst, small enough to resend each second. */
export const RATE_SECONDS = 60;

/** Rows of the newest events in a snapshot: what a reader can scan before the next one arrives. */
export const RECENT_EVENTS_MAX = 50;

/** Signals in a snapshot; older resolved ones are read at `GET /operations/signals`. */
export const SNAPSHOT_SIGNALS_MAX = 100;

/** Two snapshots to one reader are at least this far apart: nobody reads faster than a second. */
export const LIVE_INTERVAL_MIN_MS = 1_000;

/** A comment line at least this often keeps proxies from cutting a quiet stream (30 s is common). */
export const LIVE_HEARTBEAT_MS = 15_000;

/** Questions in one batch: decided in one statement, so bounded by what one statement may hold. */
export const DECISIONS_MAX = 1_000;

/** Depth of an explanation: eight levels of provisions (consent rule A5), layers and a summary. */
export const REASON_DEPTH_MAX = 12;

/** Patients that one legal hold names; a matter about more holds everything. */
export const HOLD_PATIENTS_MAX = 1_000;

/** Days of the longest retention, 100 years; more is a mistake. */
export const RETENTION_DAYS_MAX = 36_500;

/** Minutes of one emergency access: long enough for a resuscitation, short enough to be asked for again. */
export const GLASS_MINUTES = { min: 5, usual: 60, max: 240 } as const;
