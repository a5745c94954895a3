/** Every bound of this package, with its reason. Durations are milliseconds. */
export const VISIBILITY_LIMITS = {
  /** Open signals: causes times dependencies times tenants; more means that keys are made up. */
  openSignals: 1_000,
  /** Resolved signals kept in memory for the console; older ones are in the table. */
  recentSignals: 500,
  /** Patients of all signals in memory: about 100 bytes each. */
  patients: 200_000,
  /** Occurrences further apart than this are two stories, not one. */
  mergeWindowMs: 15 * 60_000,
  /** Failures of one story further apart than this are two incidents. */
  incidentWindowMs: 10 * 60_000,
  /** A failure may be noticed this much later than what it brings about; what had ended by then is none of it. */
  noticedLateMs: 60_000,
  /** Incidents of a list, open ones first. */
  incidentsListed: 200,
  /** Entries of one timeline: what a person could read. Machine entries end at it too. */
  incidentEntries: 5_000,
  /** Characters of a note or a reason. */
  incidentWords: 4_000,
  /** Signals of one statement. */
  writeSignals: 200,
  /** A spool file is rotated at this size; two are kept, so twice this is the most disk it takes. */
  spoolFileBytes: 8 * 1_048_576,
  /** First pause before the database is tried again. */
  retryFirstMs: 250,
  /** A dependency that does not answer a ping by then is away: longer than a new connection may take. */
  suspicionMs: 10_000,
  /** A database that was away for long is found again within this. */
  retryLastMs: 10_000,
  /** Attempts told apart by their attributes: 2.5 MB with the slots below. Others are only counted. */
  attemptLeaves: 1_024,
  /** Ten minutes in slots: what was usual before, and the incident. */
  attemptSlots: 300,
  attemptSlotMs: 2_000,
  /** Changes of this process that may be suspects. */
  changes: 200,
  /** Seconds of the console's request graph. */
  meterSeconds: 60,
} as const;
