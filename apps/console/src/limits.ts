/** Event rows kept in the page: more than a reader scans, few enough to keep the page quick. */
export const STREAM_ROWS_MAX = 200;

/** Without any byte for this long (three heartbeats) a stream counts as dead. */
export const SILENCE_MAX_MS = 45_000;

/** First wait before reconnecting; doubled per attempt. */
export const RECONNECT_BASE_MS = 1_000;

/** Longest wait: an operator who repairs a server should not wait longer for the page. */
export const RECONNECT_MAX_MS = 15_000;

/** New events are announced to screen readers together, at most this often. */
export const ANNOUNCE_INTERVAL_MS = 15_000;

/** A consumer this far behind is worth a look. */
export const LAG_WATCH_MS = 5_000;

/** Records may wait this long for a signed checkpoint before the ledger is worth a look, */
export const PENDING_WATCH_MS = 10_000;

/** and this long before something is broken. */
export const PENDING_BROKEN_MS = 60_000;

/** Share of a lane's target at which its wait is worth a look. */
export const TARGET_WATCH_SHARE = 0.8;

/** Seconds over which the current request rate is averaged. */
export const RATE_WINDOW_SECONDS = 10;

/** Share of a regulatory clock that has run when it wants somebody's eyes. */
export const CLOCK_WATCH_SHARE = 0.75;
