/** Largest request body. A Synthea record of one person over a life is under 6 MiB. */
export const BODY_BYTES_MAX = 20 * 1024 * 1024;

/** Of a body that is refused for its size this much is read and dropped, so that its sender reads why. */
export const REFUSED_BYTES_READ_MAX = 256 * 1024 * 1024;

/** Longest request target: what search needs, and less than what a proxy would refuse. */
export const URL_BYTES_MAX = 16_384;

/** All headers of a request with its address: a long search and a long token both fit. */
export const HEADER_BYTES_MAX = 64 * 1024;

/**
 * Patients that a search or a refused request names beside those it shows, whose consent state its
 * audit record looks up: each is an indexed read; further ones are recorded without.
 */
export const NAMED_PATIENTS_DECIDED = 20;

/** Parameters of a refused search that are looked at for the patients they name. */
export const SEARCH_PARAMETERS_AUDITED = 64;

/** Connections of the interactive pool; PostgreSQL gains nothing from more than a few a core. */
export const POOL_CONNECTIONS = 16;

/** As the owner: leases, the sequencer, signals; none of them runs per request. */
export const OWNER_CONNECTIONS = 6;

/** Events whose handling time is kept: several screens of the newest. */
export const HANDLING_TIMES_KEPT = 500;

/** Of delivery to subscribers: its statements are short, its waiting is for receivers. */
export const DELIVERY_CONNECTIONS = 4;

/**
 * Of bulk work: exports, large bundles, what is answered later. As many as admission serves of it at
 * once (half of 16), so that none of it waits for a connection, and none that somebody waits for.
 */
export const BULK_CONNECTIONS = 8;

/**
 * From its arrival, waiting included, a request is worked on no longer than this; the answer is then
 * 503. People and their proxies have given up by then. Setting HOLDFAST_REQUEST_SECONDS.
 */
export const REQUEST_DEADLINE_MS = 10_000;

/** The same of bulk work: a transaction of 5,000 entries takes some four seconds alone. */
export const BULK_DEADLINE_MS = 60_000;

/** Audit records are signed within a second; ten times that is a fault to be told of. */
export const LEDGER_STALE_MS = 10_000;

/** A request that has not arrived whole by then is given up. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** A stopping process waits this long for answers under way: less than orchestrators wait for it. */
export const STOP_GRACE_MS = 20_000;

/** Longest pause between attempts to start the embedded database again. */
export const RESTART_PAUSE_MAX_MS = 8_000;

/**
 * Under load, groups that nobody's danger hangs on read the log this often: a reader sees no
 * difference, and a write costs a fraction of a read of each group in place of several.
 */
export const GATHER_MS = 20;

/** Consumer groups that metrics tell of, some 10 lines each: an installation has a dozen. */
export const METRIC_GROUPS_MAX = 100;

/** Of the token that scrapers send: no shorter one holds against guessing. */
export const METRICS_TOKEN_CHARACTERS = { least: 32, most: 256 } as const;

/** Live streams (server-sent events) open at once. */
export const LIVE_STREAMS_MAX = 200;

/** Signal changes kept for consoles that come back: an hour of a bad day. */
export const LIVE_CHANGES_KEPT = 500;

/** An event stream ends after this long: its client comes back with a fresh token. */
export const EVENT_STREAM_LIFE_MS = 15 * 60_000;

/** Events an event stream reads at a time while it catches up. */
export const EVENT_STREAM_PAGE = 100;

/** A larger body is bulk work, whoever sends it: a person's own entry is a few kilobytes. */
export const BULK_BODY_BYTES = 256 * 1024;

/** Body bytes that count as one more read of predicted work: about one resource. */
export const COST_BODY_BYTES = 2_048;

/** Audit records of one answer that are made durable together: one INSERT of the ledger. */
export const NAMED_A_BATCH = 512;
/** Entries of a batch that are tried as one transaction: past that the saving is small. */
export const BATCH_GROUP_MAX = 100;

/** Told to who asks for the state of an asynchronous request, in seconds: a bundle takes about one. */
export const ASYNC_RETRY_AFTER_SECONDS = 1;

/** Newest latencies of scores kept for each tier: enough for a 99th percentile, some 8 kB. */
export const SCORE_LATENCIES_KEPT = 1_000;

/** Rows that one statement of an export counts: some ten milliseconds of the database's time. */
export const EXPORT_COUNT_ROWS = 5_000;

/** Rows that are in memory at a time while a file goes out: about a megabyte of resources. */
export const EXPORT_SEND_ROWS = 500;

/** Resources of one file, roughly: some 50 MB, and what a client repeats where it breaks off. */
export const EXPORT_FILE_ROWS = 25_000;

/** Active members of a Group that is exported: they are named one by one in each statement. */
export const EXPORT_GROUP_MEMBERS_MAX = 10_000;

/** The longest that the timer for the next due erasure waits before it looks again. */
export const ERASURE_LOOK_MS = 24 * 60 * 60 * 1_000;

/** Patients in an answer of `$match`: more are no help to a person who has to choose. */
export const MATCHES_MAX = 20;

/** Pairs of records in a steward's page: each is read with care. */
export const REVIEWS_SHOWN_MAX = 20;

/** Pairs that are looked at in one go, and for one page: most of a queue may be hidden from who asks. */
export const REVIEWS_READ = 100;
export const REVIEWS_LOOKED_AT_MAX = 2_000;

/** Patients that the sign-in offers at a time: one looks for a name, one does not leaf. */
export const PATIENTS_TO_PICK = 20;

/** A form of the sign-in: a name, a password, some scopes. */
export const SIGN_IN_FORM_BYTES_MAX = 64 * 1024;

/** RiskAssessments looked at for cards: several rounds of every score that ships. */
export const CARD_RESULTS_READ = 50;

/** How far back outcomes of cards are counted. */
export const CARD_OUTCOME_DAYS = 30;

/** Recipients of one accounting that the directory is asked for; the rest keep their references. */
export const MAX_RECIPIENTS_NAMED = 200;

/** Entries of the log that the index of patients may lack before it is brought up: five reads of it. */
export const INDEX_BEHIND_MOST = 10_000;

/**
 * Predicted work of a search, in reads of one resource (some 0.6 ms of processor each, `searchCost`),
 * up to which a class serves it: a fifth of a second for those who treat a patient, a second and a half
 * where a person waits, a few for a system. What is beyond waits in the next class; beyond the last it
 * is refused, since it would not end within BULK_DEADLINE_MS.
 */
export const SEARCH_READS_MOST = {
  'care-now': 400,
  interactive: 2_500,
  integration: 10_000,
  bulk: 100_000,
} as const;

/** Refusals that are made once: a wait is predicted in whole seconds, few of them. */
export const RETRY_AFTERS_KEPT = 64;
