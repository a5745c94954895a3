/** Patients one hold names; a matter about more holds everything. */
export const MAX_PATIENTS_A_HOLD = 1_000;

/** Holds that stand at once: each erasure looks at all of them. */
export const MAX_STANDING_HOLDS = 10_000;

/** Days of the longest retention, 100 years; more is a mistake. */
export const MAX_RETENTION_DAYS = 36_500;

/** What a list answers with, newest first. */
export const LIST_LENGTH = 1_000;

/** Erasures that one run takes on; the next run goes on. */
export const MAX_ERASURES_A_RUN = 1_000;

/** Records of the log that one page of a search looks at: 3 MB, some 60 ms with their bodies. */
export const MAX_RECORDS_EXAMINED = 2_000;

/** Records read at a time. */
export const RECORDS_A_READ = { least: 50, most: 500 } as const;

/** Records about one patient that a report is made of, read at once with their bodies: 15 MB. */
export const MAX_RECORDS_A_REPORT = 10_000;
