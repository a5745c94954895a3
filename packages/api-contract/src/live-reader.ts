import { createParser } from 'eventsource-parser';
import { checked, jsonOf } from './contract-check.ts';
import { LIVE_EVENTS, type LiveMessage } from './live.ts';

/** What a stream says besides messages: it is alive, or how long to wait before reconnecting. */
export type StreamSign =
  | { readonly event: 'heartbeat' }
  | { readonly event: 'retry'; readonly afterMs: number };

export type LiveSign = LiveMessage | StreamSign;

/** Reads the live stream of the operations pages, see `readServerSent`. */
export function readLive(bytes: ReadableStream<Uint8Array>): AsyncGenerator<LiveSign> {
  return readServerSent(bytes, messageOf);
}

/**
 * Reads server-sent events (WHATWG HTML section 9.2) from a byte stream, in order, as they come.
 * Event names of a later version are skipped. Returns when the stream ends.
 * @throws Fault API_OFF_CONTRACT on data that breaks the contract.
 */
export async function* readServerSent<Message>(
  bytes: ReadableStream<Uint8Array>,
  messageOf: (event: string, id: string, data: string) => Message | undefined,
): AsyncGenerator<Message | StreamSign> {
  const found: (Message | StreamSign)[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const message = messageOf(event ?? 'message', id ?? '', data);
      if (message !== undefined) found.push(message);
    },
    onComment: () => found.push({ event: 'heartbeat' }),
    onRetry: (afterMs) => found.push({ event: 'retry', afterMs }),
  });
  const decoder = new TextDecoder();
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* found.splice(0);
    }
  } finally {
    // Frees the connection when the caller stops early; the stream may have failed already.
    await reader.cancel().catch(() => undefined);
  }
}

function messageOf(event: string, id: string, data: string): LiveMessage | undefined {
  switch (event) {
    case 'overview':
      return { event, id, data: checked(LIVE_EVENTS.overview, jsonOf(data)) };
    case 'signal':
      return { event, id, data: checked(LIVE_EVENTS.signal, jsonOf(data)) };
    default:
      return undefined;
  }
}
