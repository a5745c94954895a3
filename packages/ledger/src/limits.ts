/** C2SP signed-note asks verifiers to take at least 16 signatures; more than this is no note of ours. */
export const MAX_NOTE_SIGNATURES = 64;

/** 64 post-quantum signatures of 5 kB in base64 fit; a larger text is refused unread. */
export const MAX_NOTE_BYTES = 512 * 1024;

/** A uint16 length prefix in an entry bundle (C2SP tlog-tiles) allows no longer leaf. */
export const MAX_LEAF_BYTES = 65_535;

/** 63 sibling hashes prove membership in any tree whose size is a safe integer. */
export const MAX_PROOF_HASHES = 63;

/** A request to a witness: 63 hashes of 45 bytes and a checkpoint with its signatures. */
export const MAX_WITNESS_REQUEST_BYTES = 3_000 + MAX_NOTE_BYTES;

/** A witness is asked this long, then again with the next checkpoint: it holds nothing up. */
export const WITNESS_TIMEOUT_MS = 5_000;

/** Actors a process remembers the tag of: covers the sign-ins of a busy hour in about 1.5 MB. */
export const MAX_REMEMBERED_TAGS = 10_000;

/** Counters given back that one leaf closes: 2 kB of a leaf at most; the rest goes into the next leaf. */
export const MAX_VOIDS_A_LEAF = 256;

/**
 * Rows that wait for durability in one process. At 300 commits a second and full batches this is
 * under 0.1 s of work, so a fuller queue means the database has stopped: refusing is honest.
 */
export const MAX_QUEUED_ROWS = 8_192;

/** Rows in one INSERT: about 350 kB of parameters, a few milliseconds of server work. */
export const MAX_ROWS_A_COMMIT = 512;

/** Seconds a refused caller is asked to wait: several commits, even on a slow disk. */
export const QUEUE_RETRY_SECONDS = 1;

/** Entries of one log batch: two full tiles, so that a batch row stays near 25 kB. */
export const MAX_ENTRIES_A_BATCH = 512;

/** At most this long is an integrated entry without a signed checkpoint (while the database answers). */
export const CHECKPOINT_INTERVAL_MS = 1_000;

/** ... or this many entries, whichever comes first. */
export const CHECKPOINT_ENTRIES = 20_000;

/** Pace of integration under a steady stream of wakes: gathers entries into fewer, larger batches. */
export const INTEGRATION_INTERVAL_MS = 50;

/** Rows above the fence wait for another transaction: looked for again after this, doubling. */
export const FENCE_RETRY_MS = { first: 50, most: 1_000 } as const;

/** A lost connection is replaced after this, doubling. */
export const RECONNECT_MS = { first: 100, most: 10_000 } as const;

/** A process that is not the leader looks once more after it passed a wake on. */
export const STANDBY_RECHECK_MS = 5_000;

/** Entries that indexing reads at a time: 1 MB of leaves. */
export const INDEX_ENTRIES_A_READ = 2_048;

/** Subtrees of the index hashed anew at a time; at a million patients each holds about fifteen. */
export const INDEX_PREFIXES_A_READ = 1_024;

/** Batches that a verification holds at a time. */
export const VERIFY_BATCHES_A_READ = 16;

/** Holes remembered per producer; beyond, the oldest is reported at once. */
export const MAX_COUNTER_HOLES = 10_000;

/** Findings kept in a report; the rest is counted. */
export const MAX_FINDINGS = 1_000;

/**
 * A hole in the counters is an omission once the log has gone on for this long after it: longer than
 * any request is on its way. For as long before its last record a killed process may leave holes.
 */
export const COUNTER_SETTLE_MS = 60_000;

/** Between the instant that a deletion bears and its record: longer than all attempts of a write. */
export const DELETION_RECORD_MS = 60_000;

/** A version of the key ring is written in two bytes. */
export const MAX_RING_VERSION = 65_535;

/** What a command may print as key ring: 1,000 versions and comments. */
export const MAX_RING_BYTES = 64 * 1024;

/** A key management service that takes longer keeps the server from starting. */
export const RING_COMMAND_TIMEOUT_MS = 30_000;

/** Keys of patients in memory to write with: 510 bytes each as measured, 5 MB. */
export const MAX_REMEMBERED_KEYS = 10_000;

/** Bodies under one key; the next gets a new one. See `bodySealing` for why it is far from a limit. */
export const MAX_BODIES_A_KEY = 2 ** 24;

/** Times that records are sealed anew because a key of theirs was retired meanwhile. */
export const SEAL_ATTEMPTS = 4;

/** Keys wrapped anew in one transaction: 300 kB of WAL, a few milliseconds of locks on them. */
export const REWRAP_KEYS_A_STEP = 1_000;
