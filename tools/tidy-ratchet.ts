/**
 * Files beyond 400 lines, with their length. The list may only shrink: a file that grew, that fell
 * below its number here, or that is gone fails the tidy test until the list says the truth.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {};

/** Timers that repeat, each with the reason why it watches time and not data. */
export const REPEATING_TIMERS: Readonly<Record<string, string>> = {};
