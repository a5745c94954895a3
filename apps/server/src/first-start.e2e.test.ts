// Goal: whoever starts it for the first time is shown no failure where there was none.
import type { Overview, SignalList } from '@holdfast/api-contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';

let stage: Serving;
beforeAll(async () => {
  stage = await serving({ demo: true });
}, 120_000);
afterAll(() => stage.stop(), 60_000);

it('a first start loads and scores the demonstration without a signal', async () => {
  const overview = async (): Promise<Overview> =>
    (await stage.call('operator', '/operations/overview')).body as unknown as Overview;
  const standing = async () => {
    const { events } = await overview();
    const scores = events.groups.filter(({ group }) => group.startsWith('inference'));
    return scores.map(({ group, lagEvents, parkedStreams, processed }) => ({
      group,
      waiting: lagEvents + parkedStreams,
      worked: processed > 0,
    }));
  };
  await expect.poll(standing, { timeout: 240_000, interval: 500 }).toEqual(
    expect.arrayContaining([
      { group: 'inference', waiting: 0, worked: true },
      { group: 'inference-now', waiting: 0, worked: true },
    ]),
  );
  const { body } = await stage.call('operator', '/operations/signals?state=all');
  expect((body as unknown as SignalList).signals).toEqual([]);
}, 300_000);
