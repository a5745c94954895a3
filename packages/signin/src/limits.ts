/** Tokens whose verified claims are kept in memory: a signature check costs more than a whole read. */
export const VERIFIED_TOKENS_MAX = 10_000;

/** Longest token that is looked at at all; ours are about 900 bytes. */
export const TOKEN_BYTES_MAX = 8_192;

/** Life of a development token. */
export const DEVELOPMENT_TOKEN_SECONDS = 8 * 3_600;
