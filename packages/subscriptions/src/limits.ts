/** Every bound of subscriptions, with its reason. Durations are milliseconds. */
export const SUBSCRIPTION_LIMITS = {
  /** Alternatives of one criterion that the index files a subscription under; more are evaluated. */
  indexedValues: 64,
  /** Criteria and filters of one subscription: a sentence, not a program. */
  criteria: 20,
  /** Characters of a topic's FHIRPath expression. */
  fhirPathCharacters: 2_000,
  /** Resource triggers of one topic. */
  triggers: 20,
  /** Lines of `channel.header`, and characters of one. */
  headers: 20,
  headerCharacters: 1_024,
  /** Events in one notification where the subscriber states no `max-count`; also the most it may state. */
  maxCount: 100,
  /** Shortest heartbeat: below a minute it is polling the other way round. Seconds. */
  heartbeatSeconds: 10,
  /** Events of one answer to `$events`. */
  eventsWindow: 1_000,
  /** Deliveries under way at once, over all endpoints. */
  deliveries: 32,
  /** Deliveries under way at once to one origin: one slow receiver must not hold them all. */
  deliveriesPerOrigin: 4,
  /** Deliveries a second to one origin; beyond, they wait and are batched up to `max-count`. */
  deliveriesPerSecond: 50,
  /** A receiver that has not answered by then has failed, unless the subscriber states less. */
  timeoutMs: 10_000,
  /** Longest timeout a subscriber may state. */
  timeoutMaxMs: 60_000,
  /** Under load, events are numbered this often: a call to a receiver takes longer than that. */
  gatherMs: 20,
  /** First pause after a failed delivery. */
  retryFirstMs: 1_000,
  /** Longest pause between attempts. */
  retryLastMs: 300_000,
  /** Failures in a row after which the subscription is `error` and waits for its client: about 25 minutes. */
  failuresUntilError: 12,
  /** Failures in a row of one origin after which nothing is sent there but one probe a pause. */
  failuresUntilOpen: 5,
  /** Bytes of a receiver's answer that are read before the connection is given up. */
  answerBytes: 16_384,
  /** Life of a websocket binding token: long enough to connect, short enough to lose. */
  bindingTokenMs: 60_000,
  /** Subscriptions bound to one websocket. */
  bindings: 100,
  /** Websockets open at once in one process. */
  sockets: 1_000,
  /** Bytes of one message from a websocket's client: a bind request is under 200. */
  socketMessageBytes: 4_096,
  /** Of addresses that are asked for something, such as a client's keys; and bytes of the answer. */
  fetchTimeoutMs: 5_000,
  fetchBytes: 65_536,
  /** Days that sent events stay readable by `$events`. */
  keepDays: 30,
} as const;
