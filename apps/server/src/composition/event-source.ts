import { EventSource } from '@holdfast/events';
import type { Logger } from 'pino';

/** On the way to a replication stream, as every start is for a moment. */
const SETTLING: ReadonlySet<string> = new Set(['not started', 'starting']);

/** What wakes consumers; the log says why where it is not the replication stream. */
export function openEventSource(
  url: string,
  logger: Logger,
  trouble: (error: unknown) => void,
): EventSource {
  return new EventSource({
    url,
    trouble,
    onChange: ({ mode, reason }) => {
      if (reason !== null && !SETTLING.has(reason))
        logger.warn({ where: 'events', mode, reason }, 'no replication stream');
    },
  });
}
