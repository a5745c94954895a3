/** Requests of one tenant that wait or run: each holds its body, up to some 20 MB. */
export const OPEN_REQUESTS_MAX = 32;

/** The same of one sender, so that nobody fills the queue alone. */
export const OPEN_REQUESTS_OF_ONE_MAX = 8;

/** How long a result is kept: long enough for a nightly client that looks in the morning. */
export const RESULT_KEPT_HOURS = 24;

/** Times a request is begun without going on: past that it is what ends the processes. */
export const ATTEMPTS_MAX = 8;

/** Before a request is tried again that a passing failure ended; doubled each time. */
export const RETRY_FIRST_MS = 1_000;

/** Told to who asks too soon, in seconds. */
export const RETRY_AFTER_SECONDS = 10;
