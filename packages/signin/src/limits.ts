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
