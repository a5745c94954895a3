/** Tokens whose verified claims are kept in memory: a signature check costs more than a whole read. */
export const VERIFIED_TOKENS_MAX = 10_000;

/** Verified claims are checked anew after this long, so that a withdrawn key stops working. */
export const VERIFIED_TOKEN_SECONDS = 300;

/** Longest token that is looked at at all; ours are about 900 bytes, providers' seldom over 4 kB. */
export const TOKEN_BYTES_MAX = 8_192;

/** Life of a development token. */
export const DEVELOPMENT_TOKEN_SECONDS = 8 * 3_600;

/** A provider that has not answered by then counts as away: somebody's request is waiting for it. */
export const PROVIDER_TIMEOUT_MS = 5_000;

/** No further discovery so soon after one that failed. */
export const DISCOVERY_PAUSE_MS = 5_000;

/** A provider's key set is fetched again after this long. */
export const KEY_SET_AGE_MS = 300_000;

/** Cost of one password hash (RFC 7914): 64 MiB and about a quarter of a second. */
export const SCRYPT = { N: 65_536, r: 8, p: 1 } as const;

export const PASSWORD_CHARACTERS_MIN = 12;

/** A longer one would only cost time. */
export const PASSWORD_CHARACTERS_MAX = 256;

/** Passwords that are checked at once; further ones wait, so that guessing does not stop the ward. */
export const PASSWORD_CHECKS_AT_ONCE = 2;

/** Sign-ins that wait for a check; a further one is told to come back. */
export const PASSWORD_CHECKS_WAITING = 32;

/** Failures in a row that cost nothing: people mistype. */
export const FREE_FAILURES = 5;

/** Wait after the first failure beyond the free ones; it doubles with each further one. */
export const BLOCK_SECONDS = 30;

/** Longest wait: whoever is kept out by somebody else's guesses is so for a quarter of an hour. */
export const BLOCK_SECONDS_MAX = 900;

/** Life of an access token of the built-in server, and of one of a backend service (SMART: at most 300). */
export const ACCESS_TOKEN_SECONDS = 900;
export const BACKEND_TOKEN_SECONDS = 300;

/** Of the operator's own house, bound to the session: a shift. */
export const TRUSTED_TOKEN_SECONDS = 8 * 3_600;

/** RFC 6749 section 4.1.2 advises ten minutes at most; a browser needs seconds. */
export const CODE_SECONDS = 60;

/** How long the pages of one sign-in may be left open. */
export const INTERACTION_SECONDS = 900;

/** A working day. */
export const SESSION_SECONDS = 12 * 3_600;

/** Of `offline_access`; each use makes a new token. */
export const REFRESH_TOKEN_SECONDS = 90 * 86_400;

/** From the launch in the EHR to the app's authorization request. */
export const LAUNCH_SECONDS = 300;

/** Longest life of a client assertion (SMART App Launch 2.2, client-confidential-asymmetric). */
export const ASSERTION_SECONDS_MAX = 300;

/** Expired rows that each write takes with it: more than it makes, so they never pile up. */
export const EXPIRED_PER_WRITE = 4;

/** Scopes in one request; more is no request of a person. */
export const REQUESTED_SCOPES_MAX = 100;

/** A key signs for so long; the next start after that makes a new one. */
export const KEY_AGE_DAYS = 90;

/** A retired key is published for so long: longer than what it signed lives. */
export const RETIRED_KEY_DAYS = 7;

/** Bytes of a client's key set. */
export const KEY_SET_BYTES_MAX = 64 * 1024;
