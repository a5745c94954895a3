export * from './consumer.ts';
export * from './cursor.ts';
export { EVENT_FAULTS } from './errors.ts';
export { GroupRunner, type RunnerParts } from './group-runner.ts';
export type * from './group-store.ts';
export * from './lane-plan.ts';
export { DEFAULT_RETRY, EVENT_LIMITS } from './limits.ts';
export { eventsMigrations } from './migrations.ts';
export * from './postgres/consumer-runtime.ts';
export { dropEventsBefore } from './postgres/event-retention.ts';
export {
  EventSource,
  type EventSourceOptions,
  type EventSourceStatus,
} from './postgres/event-source.ts';
export type { GroupStatus } from './postgres/group-status.ts';
export type { ReplayFrom } from './postgres/move-group.ts';
export { PostgresGroupStore } from './postgres/postgres-group-store.ts';
export { rebaseAfterRestore } from './postgres/rebase-after-restore.ts';
export * from './recorded-event.ts';
export * from './retry-plan.ts';
export { systemTimers, type Timers } from './timers.ts';
export type { Announce, WakeSignal } from './wake-signal.ts';
