// Goal: the network may cut the bytes anywhere (inside a line, inside a UTF-8 character) and the
// reader yields the same signs. Method: cut one known stream at random places.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LiveSign, readLive } from './live-reader.ts';
import { quietOverview } from './testing/quiet-overview.ts';

const overview = { ...quietOverview(), version: '0.1.0 – ünïcode 🩺' };
const STREAM = [
  'retry: 2500\n\n',
  ': heartbeat\n\n',
  `event: overview\nid: 41\ndata: ${JSON.stringify(overview)}\n\n`,
  'event: of-a-later-version\nid: 42\ndata: whatever\n\n',
  `event: overview\r\nid: 43\r\ndata: ${JSON.stringify(overview)}\r\n\r\n`,
].join('');
const BYTES = new TextEncoder().encode(STREAM);

async function signsOf(chunks: readonly Uint8Array[]): Promise<LiveSign[]> {
  const queue = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = queue.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
  const signs: LiveSign[] = [];
  for await (const sign of readLive(stream)) signs.push(sign);
  return signs;
}

describe('reading the live stream', () => {
  it('yields retry, heartbeat and messages in order, skipping unknown events', async () => {
    const signs = await signsOf([BYTES]);
    expect(signs).toEqual([
      { event: 'retry', afterMs: 2_500 },
      { event: 'heartbeat' },
      { event: 'overview', id: '41', data: overview },
      { event: 'overview', id: '43', data: overview },
    ]);
  });

  it('yields the same signs wherever the network cuts the bytes', async () => {
    const whole = await signsOf([BYTES]);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: BYTES.length - 1 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const bounds = [0, ...places.sort((a, b) => a - b), BYTES.length];
        const chunks = bounds.slice(1).map((end, i) => BYTES.slice(bounds[i], end));
        expect(await signsOf(chunks)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('stops at data that breaks the contract', async () => {
    const bytes = new TextEncoder().encode('event: overview\nid: 1\ndata: {"at":1}\n\n');
    await expect(signsOf([bytes])).rejects.toMatchObject({ code: 'API_OFF_CONTRACT' });
  });
});
