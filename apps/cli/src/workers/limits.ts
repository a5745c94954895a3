/** Processes of one machine: more than its cores only take turns. */
export const WORKERS_MAX = 64;

/** Pause before a process that ended is started again: doubled with each that ended early, in a row. */
export const RESTART_PAUSE_LEAST_MS = 250;

/** Never longer, so that a mended dependency is found soon. */
export const RESTART_PAUSE_MOST_MS = 8_000;

/** A process that lived so long did not end because of how it starts. */
export const STEADY_MS = 30_000;

/** Processes that were told to stop and have not by then are killed: a proxy gives up sooner. */
export const STOP_PATIENCE_MS = 45_000;

/** Longer than any balancer takes to notice; what stops processes gives up after a minute. */
export const DRAIN_SECONDS_MAX = 30;

/** Bulk work may take six times that: longer than ten minutes nobody holds a connection open. */
export const REQUEST_SECONDS_MAX = 100;
