import type { Actor } from '@holdfast/consent';
import { systemClock, systemRandom } from '@holdfast/kernel';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { EventFigures } from '../metrics/event-metrics.ts';
import { createApp } from './app.ts';
import { registerMetricsRoutes } from './metrics-routes.ts';

const NOTHING: EventFigures = {
  groups: [],
  log: {
    events: 0,
    heldSince: null,
    outsideMonths: 0,
    slot: null,
    oldestSnapshotAge: 0,
    oldestSnapshotOf: null,
    fenceSeconds: 0,
  },
};
const quiet = { started: () => undefined, finished: () => undefined, failed: () => undefined };

function served(figures: () => Promise<EventFigures>, scopeIsPlatform = true) {
  const app = createApp({
    clock: systemClock,
    random: systemRandom,
    logger: pino({ level: 'silent' }),
    observer: quiet,
  });
  const troubles: unknown[] = [];
  registerMetricsRoutes(app, {
    verifier: {
      actor: async () => ({ roles: ['operator'] }) as unknown as Actor,
      isForPlatform: async () => scopeIsPlatform,
    },
    metricsToken: undefined,
    databaseUp: () => true,
    figures,
    trouble: (error) => troubles.push(error),
  });
  const headers = { authorization: 'Bearer some-token' };
  return { scrape: () => app.inject({ url: '/metrics', headers }), troubles };
}

it('reads when it is asked, once for those who ask meanwhile, and anew for who asks later', async () => {
  let reads = 0;
  const answers: (() => void)[] = [];
  const { scrape } = served(() => {
    reads += 1;
    return new Promise((resolve) => answers.push(() => resolve(NOTHING)));
  });
  expect(reads).toBe(0);
  const asked = [scrape(), scrape(), scrape()];
  await expect.poll(() => answers).toHaveLength(1);
  // Each of them has come as far as to wait for the one read.
  await scrapeArrivals();
  answers[0]?.();
  for (const { statusCode } of await Promise.all(asked)) expect(statusCode).toBe(200);
  expect(reads).toBe(1);
  const later = scrape();
  await expect.poll(() => answers).toHaveLength(2);
  answers[1]?.();
  await later;
  expect(reads).toBe(2);
});

it('answers that the database is away where the figures cannot be read, and tells the log why', async () => {
  const away = new Error('away');
  const { scrape, troubles } = served(() => Promise.reject(away));
  const { statusCode, body } = await scrape();
  expect(statusCode).toBe(200);
  expect(body).toContain('holdfast_database_up 0');
  expect(body).not.toContain('group');
  expect(troubles).toEqual([away]);
});

it('refuses an operator whose token is for the FHIR interface alone', async () => {
  const { scrape } = served(async () => NOTHING, false);
  expect((await scrape()).statusCode).toBe(403);
});

/** Injected requests run through their hooks in a handful of turns of the event loop. */
async function scrapeArrivals(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
