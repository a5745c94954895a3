import { listParkedStreams, type WaitingStream } from '@holdfast/events';
import { asOwner, type DataOption } from '../database-address.ts';
import { EXIT } from '../exit.ts';
import { jsonLine } from '../json-line.ts';
import { refuseUnknownGroup } from './known-group.ts';

interface ParkedOptions extends DataOption {
  readonly json: boolean;
  readonly group?: string;
}

/** Why streams wait, and until when. */
export async function showParked({ json, group, ...options }: ParkedOptions): Promise<void> {
  await asOwner(options, async (pool) => {
    const streams = await listParkedStreams(pool, group ?? null);
    if (streams.length === 0 && group !== undefined) await refuseUnknownGroup(pool, group);
    for (const stream of streams) {
      if (json) process.stdout.write(jsonLine(stream));
      else console.log(lineOf(stream));
    }
    if (streams.length > 0) process.exitCode = EXIT.findings;
    else if (!json) console.log('None.');
  });
}

function lineOf(stream: WaitingStream): string {
  const { group, reference, eventId, attempts, reason, nextAttemptAt } = stream;
  const next = nextAttemptAt === null ? 'tries no more' : `again ${nextAttemptAt.toISOString()}`;
  return `${group}  ${reference ?? eventId}  ${attempts} attempts, ${next}  ${reason}`;
}
