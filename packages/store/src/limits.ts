import { fhirLimits } from '@holdfast/fhir';

/** Rows on one page: what a person or an app can use; beyond it, pages. */
export const PAGE_SIZE_MAX = 1_000;

/** Versions on one history page. */
export const HISTORY_PAGE_MAX = 1_000;

/** Times a statement runs again because consents changed between compile and snapshot. */
export const CONSENT_REFRESHES_MAX = 5;

/** Times an update without If-Match starts over because another writer came first. */
export const WRITE_ATTEMPTS_MAX = 4;

/** Characters of a string that can be searched: past any name, address or title. */
export const INDEXED_STRING_LENGTH_MAX = 4_096;

/** Characters of a string in its B-tree: past any name; what follows is compared on the row. */
export const INDEXED_HEAD_LENGTH = 128;

/** Patient states kept in memory to decide writes by: some 200 bytes each. */
export const PATIENT_STATES_MAX = 20_000;

/** Characters of a token code or a uri that are indexed. */
export const INDEXED_CODE_LENGTH_MAX = 512;

/** Patients (streams) one write may touch: each holds an entry of the shared lock table. */
export const STREAM_LOCKS_MAX = 256;

/** Distinct statement texts that are kept prepared on a connection; rarer shapes are planned each time. */
export const PREPARED_SHAPES_MAX = 500;

/**
 * Resources with a value that are gathered and sorted for a page; where more have it, the page walks in
 * its own order and asks each row instead. Index entries counted to find out: some 20 buffers.
 */
export const SEARCH_CANDIDATES_MAX = 1_000;

/** Values of one criterion that a page runs along, each in its own order; each may read a page. */
export const SEARCH_STREAMS_MAX = 8;

/** Resources included beside one page; what is beyond is left out, and the Bundle says so. */
export const INCLUDED_MAX = 1_000;

/** Rounds of `:iterate`: references may form circles. The same as the parser allows. */
export const INCLUDE_ROUNDS_MAX = fhirLimits.MAX_INCLUDE_ROUNDS;

/** Distinct profiles, tags or labels of one type that `$meta` lists: nobody uses more of them. */
export const META_VALUES_MAX = 1_000;

/** Patients of a Group whose rows one window of an export looks at, all together sorted. */
export const EXPORT_PATIENTS_A_WINDOW = 100;

/** Content of one window of an export, as stored: what is in memory is a few times that. */
export const EXPORT_WINDOW_BYTES = 4 * 1024 * 1024;

/** Matches counted for `_total=accurate`; each costs a decision. Beyond it "at least" is said. */
export const ACCURATE_TOTAL_MAX = 100_000;

/** Matches counted for `_total=estimate`: whoever estimates wants an order of magnitude soon. */
export const ESTIMATED_TOTAL_MAX = 1_000;

/**
 * By which the work of a search is predicted, in reads of one resource (some 0.6 ms of processor).
 * Measured once over 10,000 patients; what matters is their order of magnitude.
 */
export const SEARCH_COSTS = {
  /** To look at a row, and to ask an index one thing about it. */
  rowReads: 0.01,
  probeReads: 0.01,
  /** To decide a row and write it into the answer. */
  answerReads: 0.03,
  /** Rows of one patient; a long record has some thousands, of a hundred types. */
  patientRows: 500,
  /** Rows of a type where no index leads anywhere: of some 5,000 patients. */
  typeRows: 100_000,
  /** Resources that refer to one, or that one refers to. */
  fan: 5,
  /** Types with many rows; the others of the 146 hold next to nothing. */
  typesMost: 20,
} as const;
