import { backoffMs, EVENT_LIMITS } from '@holdfast/events';
import type { Random, Timers } from '@holdfast/kernel';
import pg from 'pg';
import { WEBSOCKET_CHANNEL } from '../delivery/delivery-desk.ts';

export interface AnnouncementParts {
  readonly url: string;
  readonly random: Random;
  readonly timers: Timers;
  /** A subscription, as `tenant/id`, has new events. */
  readonly onAnnounced: (key: string) => void;
  /** Listening (again): what was announced meanwhile is lost, so look. */
  readonly onListening: () => void;
  readonly trouble: (error: unknown) => void;
}

/** Hears what the delivering process announces to those that hold websockets. */
export function listenForEvents(parts: AnnouncementParts): { stop(): Promise<void> } {
  const { url, random, timers, onAnnounced, onListening, trouble } = parts;
  let client: pg.Client | null = null;
  let failures = 0;
  let stopping = false;
  let cancelPause: () => void = () => undefined;

  const again = (): void => {
    if (stopping) return;
    failures += 1;
    const bounds = {
      firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
      maxDelayMs: EVENT_LIMITS.reconnectLastMs,
    };
    cancelPause = timers.after(backoffMs(failures, bounds, random), () => void open());
  };
  const open = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'holdfast websockets',
      keepAlive: true,
      connectionTimeoutMillis: EVENT_LIMITS.connectMs,
    });
    client = next;
    next.on('error', () => undefined);
    next.on('notification', ({ payload }) => {
      if (payload !== undefined) onAnnounced(payload);
    });
    try {
      await next.connect();
      next.once('end', again);
      await next.query(`listen ${WEBSOCKET_CHANNEL}`);
      failures = 0;
      onListening();
    } catch (error) {
      trouble(error);
      next.removeListener('end', again);
      await next.end().catch(() => undefined);
      again();
    }
  };
  const opening = open();
  return {
    async stop() {
      stopping = true;
      cancelPause();
      await opening;
      await client?.end().catch(() => undefined);
    },
  };
}
