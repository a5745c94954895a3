/** Bytes on disk. */
export interface Estimate {
  /** Of the database alone: tables and their indexes. */
  readonly database: number;
  /** With the write-ahead log and what building the largest index sorts on disk: at the highest. */
  readonly databasePeak: number;
  readonly ndjson: number;
  readonly ndjsonGzip: number;
  readonly bundles: number;
  readonly bundlesGzip: number;
}

// Measured from 5,000 to 40,000 patients (decision 0034); a record has 6.7 resources on average.
const EMPTY_DATABASE = 15e6;
const DATABASE_A_PATIENT = 20_700;
/** `max_wal_size` of the embedded server, and the segments that one checkpoint runs over by. */
const LOG_MAX = 1.3e9;
const LOG_A_PATIENT = 26_000;
const SORTED_A_PATIENT = 3_000;
const NDJSON_A_PATIENT = 4_830;
const BUNDLES_A_PATIENT = 5_310;
const ZIPPED = { ndjson: 280, bundles: 540 } as const;

/** What a population of a size takes, before anything is made. */
export function estimate(patients: number): Estimate {
  const database = EMPTY_DATABASE + DATABASE_A_PATIENT * patients;
  return {
    database,
    databasePeak:
      database + Math.min(LOG_MAX, LOG_A_PATIENT * patients) + SORTED_A_PATIENT * patients,
    ndjson: NDJSON_A_PATIENT * patients,
    ndjsonGzip: ZIPPED.ndjson * patients,
    bundles: BUNDLES_A_PATIENT * patients,
    bundlesGzip: ZIPPED.bundles * patients,
  };
}

export function describeEstimate(patients: number, bytes: Estimate): string {
  const of = (name: keyof Estimate, words: string): string =>
    `${size(bytes[name]).padStart(10)}  ${words}\n`;
  return (
    `${patients} patients take\n` +
    of('databasePeak', 'in the store while it is loaded, with its log and sorting') +
    of('database', 'in the store afterwards') +
    of('ndjson', 'as NDJSON') +
    of('ndjsonGzip', 'as NDJSON with --gzip') +
    of('bundles', 'as bundles') +
    of('bundlesGzip', 'as bundles with --gzip')
  );
}

function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.ceil(bytes / 1e6)} MB`;
}
