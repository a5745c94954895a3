import { faults } from '@holdfast/kernel';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { EVENT_FAULTS } from '../errors.ts';
import { BROKER_LIMITS } from '../limits.ts';
import type { BrokerSettings } from './broker-settings.ts';
import { ALL_EVENTS, BROKER_STREAM } from './event-subject.ts';

const fault = faults(EVENT_FAULTS);
const NANOS_PER_MS = 1e6;
const DAY_MS = 86_400_000;

/** What a stream has from its beginning and can't be given later. */
const FIXED = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  deny_delete: true,
} as const;

/** What is set anew where it differs. */
const changeable = ({ replicas, keepDays }: BrokerSettings) =>
  ({
    subjects: [ALL_EVENTS],
    num_replicas: replicas,
    discard: DiscardPolicy.Old,
    max_age: keepDays * DAY_MS * NANOS_PER_MS,
    max_msgs: -1,
    max_bytes: -1,
    max_msgs_per_subject: -1,
    duplicate_window: BROKER_LIMITS.duplicateWindowMs * NANOS_PER_MS,
  }) satisfies Partial<StreamConfig>;

/** All that the stream has to be, by the names of JetStream's settings. */
export const wantedStream = (settings: BrokerSettings): Partial<StreamConfig> => ({
  ...FIXED,
  ...changeable(settings),
});

const isNotFound = (error: unknown): boolean =>
  error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;

/** Names of settings that differ, each with what it is and what it has to be. */
export function differences(wanted: Partial<StreamConfig>, found: StreamConfig): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const [is, shall] = [JSON.stringify(Reflect.get(found, name)), JSON.stringify(value)];
    return is === shall ? [] : [`${name} is ${is}, not ${shall}`];
  });
}

/**
 * Makes sure that the stream exists and keeps what it takes in.
 *
 * @throws Fault `events/broker-stream-unfit` where it was made in a way that can't be changed
 */
export async function ensureEventStream(
  jsm: JetStreamManager,
  settings: BrokerSettings,
): Promise<StreamInfo> {
  const wanted = changeable(settings);
  const found = await jsm.streams.info(BROKER_STREAM).catch((error: unknown) => {
    if (isNotFound(error)) return null;
    throw error;
  });
  if (found === null) return jsm.streams.add({ ...wantedStream(settings), name: BROKER_STREAM });
  const unfit = differences(FIXED, found.config);
  if (unfit.length > 0) {
    throw fault('events/broker-stream-unfit', { diagnostics: unfit.join('; ') });
  }
  if (differences(wanted, found.config).length === 0) return found;
  return jsm.streams.update(BROKER_STREAM, wanted);
}
