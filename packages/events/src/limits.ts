/** Every bound of the event consumers, with its reason. Durations are milliseconds. */
export const EVENT_LIMITS = {
  /** Rows a read brings into memory: some 200 kB, and small enough that a parked retry never waits long. */
  batchEvents: 500,
  /** Most events of one transaction: amortises the commit while a failure repeats at most this many effects. */
  transactionEvents: 50,
  /** Lanes of one group: each holds a pool connection while it works. */
  lanes: 4,
  /** First look after an announced event was not visible yet; decoding runs ahead by a few milliseconds. */
  recheckFirstMs: 2,
  /** A long transaction elsewhere holds the fence for as long as it likes: look at most this often. */
  recheckLastMs: 1_000,
  /**
   * How long a group's place may stay in memory while it passes events that it does not handle: a
   * process that dies has its successor look at those again, and each write costs its log no row.
   */
  placeMs: 1_000,
  /** Longest pause in which a group lets events gather: beyond it, "pushed" would be a manner of speaking. */
  gatherMs: 1_000,
  /** Due streams retried in one round, so that retries never starve fresh events. */
  retriesPerRound: 20,
  /** A lane's transaction left idle for longer holds back the fence of every consumer: the server ends it. */
  idleTransactionMs: 30_000,
  /** A server that does not answer a connect by then is away, as far as this attempt goes. */
  connectMs: 10_000,
  /** First pause after a lost connection. */
  reconnectFirstMs: 50,
  /** A database that restarts is back within seconds; trying more often helps nobody. */
  reconnectLastMs: 5_000,
  /**
   * A standby waits inside the server for the leader's lock, and is woken by its release. The wait is
   * renewed after this long because a waiting statement holds back vacuum.
   */
  lockWaitMs: 60_000,
  /** Rows counted for a group's lag; beyond, the status says "at least". */
  lagCounted: 10_000,
  /** Newest events that a process keeps in memory for its live readers: some 400 kB. */
  tailEvents: 1_000,
  /** Pause between two reads of a log that moves, for live readers: less than a screen's refresh. */
  tailGatherMs: 15,
  /** Dead letters in one answer: what an operator can look through. */
  deadLetters: 500,
  /** Months that exist ahead, so that no event falls into the default partition. */
  monthsAhead: 12,
  /** Characters of an error kept with a parked stream: a cause, not a dump. */
  reasonCharacters: 500,
} as const;

/** Bounds of what goes through a broker, with the reason of each. Durations are milliseconds. */
export const BROKER_LIMITS = {
  /** A server that does not answer by then is away; another of the cluster is tried. */
  connectMs: 2_000,
  /** Between two attempts at the servers' list. */
  reconnectMs: 500,
  /** Two unanswered pings end a connection, so that a cable cut is noticed within seconds. */
  pingMs: 5_000,
  /** A new leader among three servers is found within a few seconds; then the hand-over is tried again. */
  acknowledgeMs: 5_000,
  /**
   * How long the broker knows a message by its id: longer than any pause between two attempts. A later
   * repeat is stored twice and recognised by whoever receives it.
   */
  duplicateWindowMs: 120_000,
  /** First and longest pause after a failed hand-over: an outage is no reason to give up. */
  retryFirstMs: 100,
  retryLastMs: 5_000,
  /** Messages that a mirror writes in one transaction. */
  mirrorBatch: 500,
} as const;

/** A group's retry policy unless it states its own: about four minutes in eight attempts. */
export const DEFAULT_RETRY = {
  maxAttempts: 8,
  firstDelayMs: 500,
  maxDelayMs: 60_000,
} as const;
