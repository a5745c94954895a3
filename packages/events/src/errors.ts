import type { FaultCatalogue } from '@holdfast/kernel';

/** This package's rows of the error catalogue. */
export const EVENT_FAULTS = {
  'events/unknown-group': {
    status: 404,
    issue: 'not-found',
    text: 'No consumer group has that name',
    mend: 'List the groups with their status and use one of those names',
  },
  'events/stream-not-parked': {
    status: 409,
    issue: 'conflict',
    text: 'That stream is not waiting in this consumer group',
    mend: 'Read the group status again: the stream may have recovered by itself',
  },
  'events/group-is-led': {
    status: 409,
    issue: 'conflict',
    text: 'A process works on that consumer group',
    mend: 'Stop the processes that run it, then retire the group again',
  },
  'events/cluster-clock-went-back': {
    status: 503,
    issue: 'exception',
    text: 'The event log holds transaction ids from another database cluster',
    mend: 'After a dump and restore, call rebaseAfterRestore once before consumers start',
  },
  'events/position-from-the-future': {
    status: 400,
    issue: 'value',
    text: 'A group cannot be moved to a position the log has not reached',
    mend: 'Give a position or a time at or before the newest event',
  },
  'events/broker-stream-unfit': {
    status: 503,
    issue: 'exception',
    text: 'The stream of the broker was made with settings that lose or refuse events',
    mend: 'Delete the stream with the NATS tools: the relay makes it anew and fills it from the log',
  },
  'events/partition-still-needed': {
    status: 409,
    issue: 'conflict',
    text: 'A consumer group has not handled every event of that partition',
    mend: 'Let the group catch up, redrive its parked streams, or retire the group',
    retryable: true,
  },
} as const satisfies FaultCatalogue;
