export { CAUSES, type Cause, type CauseCode, isCauseCode, type Severity } from './causes.ts';
export {
  type DependencyState,
  DependencyWatch,
  type DependencyWatchOptions,
  type FailedRequest,
  type SignalSink,
} from './dependency-watch.ts';
export { SignalSpool } from './files/signal-spool.ts';
export { VISIBILITY_LIMITS } from './limits.ts';
export { visibilityMigrations } from './migrations.ts';
export { postgresSignalTable } from './postgres/postgres-signal-table.ts';
export {
  type LatencyQuantiles,
  type MeterReading,
  RequestMeter,
  type RequestOutcome,
} from './request-meter.ts';
export type * from './signal.ts';
export { type BookLimits, SignalBook, type Stamp } from './signal-book.ts';
export {
  type RecorderStatus,
  SignalRecorder,
  type SignalRecorderOptions,
} from './signal-recorder.ts';
export type { SignalTable } from './signal-table.ts';
