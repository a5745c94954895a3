import {
  EventSource,
  LogTail,
  matches,
  parseCursor,
  type RecordedEvent,
  relayPool,
} from '@holdfast/events';
import { systemRandom } from '@holdfast/kernel';
import { InvalidArgumentError } from 'commander';
import { asOwner, type DataOption } from '../database-address.ts';
import { jsonLine } from '../json-line.ts';

const PAGE = 200;

interface TailOptions extends DataOption {
  readonly json: boolean;
  readonly type?: string;
  readonly from?: string;
}

/** Prints events as they become readable, until it is interrupted. */
export async function followEvents(options: TailOptions): Promise<void> {
  const from = options.from === undefined ? null : parseCursor(options.from);
  if (options.from !== undefined && from === null) {
    throw new InvalidArgumentError('A position is written xid/id.');
  }
  await asOwner(options, async (_owner, url) => {
    // Woken by the server's relay; it must not become the relay itself.
    const source = new EventSource({ url, mode: 'notify' });
    const pool = relayPool(url, 2);
    const tail = new LogTail({ pool, signal: source, random: systemRandom });
    const interrupted = new Promise<void>((resolve) => process.once('SIGINT', resolve));
    await source.start();
    tail.start();
    try {
      await Promise.race([print(tail, from, options), interrupted]);
    } finally {
      await tail.stop();
      await source.stop();
      await pool.end();
    }
  });
}

async function print(
  tail: LogTail,
  from: ReturnType<typeof parseCursor>,
  { type, json }: TailOptions,
): Promise<never> {
  const filter = type === undefined ? {} : { resourceTypes: type.split(',') };
  let changed = nextChange(tail);
  if (tail.paused) await changed;
  let cursor = from ?? tail.position;
  for (;;) {
    changed = nextChange(tail);
    const events = await tail.read(cursor, PAGE);
    for (const event of events) {
      cursor = event.position;
      if (matches(filter, event)) process.stdout.write(json ? jsonLine(event) : lineOf(event));
    }
    if (events.length === 0) await changed;
  }
}

function nextChange(tail: LogTail): Promise<void> {
  return new Promise((resolve) => {
    const end = tail.subscribe(() => {
      end();
      resolve();
    });
  });
}

function lineOf(event: RecordedEvent): string {
  const { xid, id } = event.position;
  const what = `${event.resourceType}/${event.resourceId}/_history/${event.version}`;
  return `${event.occurredAt.toISOString()}  ${xid}/${id}  ${event.interaction}  ${what}  ${event.actor}\n`;
}
