export * from './consumer.ts';
export * from './cursor.ts';
export { EVENT_FAULTS } from './errors.ts';
export { GroupRunner, type RunnerParts } from './group-runner.ts';
export type * from './group-store.ts';
export * from './lane-plan.ts';
export { DEFAULT_RETRY, EVENT_LIMITS } from './limits.ts';
export { eventsMigrations } from './migrations.ts';
export { type BrokerSettings, readBrokerSettings } from './nats/broker-settings.ts';
export {
  type BrokerFacts,
  type BrokerServerFacts,
  inspectBroker,
} from './nats/inspect-broker.ts';
export { LogMirror, type LogMirrorParts } from './nats/log-mirror.ts';
export { NatsRelay, type NatsRelayParts, RELAY_GROUP } from './nats/nats-relay.ts';
export * from './postgres/consumer-runtime.ts';
export {
  type DeadLetter,
  listDeadLetters,
  listParkedStreams,
  type WaitingStream,
} from './postgres/dead-letters.ts';
export { dropEventsBefore, prepareMonths } from './postgres/event-retention.ts';
export { URGENCY_CODES } from './postgres/event-row.ts';
export {
  EventSource,
  type EventSourceOptions,
  type EventSourceStatus,
} from './postgres/event-source.ts';
export { type GroupStatus, readGroups } from './postgres/group-status.ts';
export { type LogHealth, readLogHealth } from './postgres/log-health.ts';
export { LogTail, type LogTailParts } from './postgres/log-tail.ts';
export { moveGroup, type ReplayFrom, redriveStream } from './postgres/move-group.ts';
export { PostgresGroupStore } from './postgres/postgres-group-store.ts';
export { rebaseAfterRestore } from './postgres/rebase-after-restore.ts';
export { relayPool } from './postgres/relay-connections.ts';
export { retireGroup } from './postgres/retire-group.ts';
export { SessionLock, type SessionLockParts } from './postgres/session-lock.ts';
export * from './recorded-event.ts';
export * from './retry-plan.ts';
export type { Announce, Announced, WakeSignal } from './wake-signal.ts';
