import { extractIndexEntries } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { SubscriptionBook } from '@holdfast/subscriptions';
import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { holdfastEvents } from './events/holdfast-events.ts';
import { median } from './quantile.ts';
import { seeded } from './seeded.ts';
import { openStage } from './server/stage.ts';
import { deliveryBesideDead } from './subscriptions/dead-endpoint.ts';
import { servedWrites } from './subscriptions/served-writes.ts';

const TENANT = 1 as TenantId;
/** Subscriptions about each patient, so that every event concerns as many, however many there are. */
const EACH_PATIENT = 10;
const FIRST = 1_000;

/**
 * What an event and a write cost as subscriptions grow, what a write costs as the backlog of consumers
 * grows, and what a dead endpoint costs the others.
 */
export const subscriptionsBench: Bench = {
  name: 'subscriptions',
  summary: 'events and writes as subscriptions and backlogs grow; delivery beside a dead endpoint',
  settings: {
    largest: '1000000',
    events: '2000',
    backlog: '1000000',
    appends: '300',
    served: '100000',
    seconds: '8',
  },
  run: async (options) => {
    const matched = matching(options);
    const stage = await openStage();
    try {
      const databaseOf = (name: string) => stage.postgres.ensureDatabase(name);
      const appended = await appending(databaseOf, options);
      const { log } = options;
      const seconds = numberSetting(subscriptionsBench, options, 'seconds');
      const delivered = await deliveryBesideDead(stage, { seconds, log });
      const sizes = [0, ...sizesUpTo(numberSetting(subscriptionsBench, options, 'served'))];
      const served = await servedWrites(stage, { sizes, seconds, log });
      const figures = { ...matched, ...appended, ...delivered, ...served };
      return { figures, postgres: stage.postgres.version };
    } finally {
      await stage.close();
    }
  },
};

const sizesUpTo = (largest: number): number[] => {
  const sizes: number[] = [];
  for (let size = FIRST; size <= largest; size *= 10) sizes.push(size);
  return sizes;
};

/** `match.SIZE.micros`: from a changed Observation to the subscriptions that it concerns. */
function matching(options: BenchOptions): Outcome['figures'] {
  const setting = (name: string) => numberSetting(subscriptionsBench, options, name);
  const book = new SubscriptionBook({
    base: () => 'https://records.example/fhir/R4/',
    endpoints: { trustedHosts: new Set() },
  });
  const random = seeded(20_261_124);
  const figures: Record<string, number> = {};
  let kept = 0;
  const heapBefore = process.memoryUsage().heapUsed;
  for (const size of sizesUpTo(setting('largest'))) {
    options.log(`${size} subscriptions`);
    for (; kept < size; kept++) book.put(subscription(kept));
    const taken: number[] = [];
    for (let nth = 0; nth < setting('events'); nth++) {
      const change = changeOf(Math.floor((random() * size) / EACH_PATIENT));
      const before = performance.now();
      const found = book.index.matching(TENANT, change);
      taken.push((performance.now() - before) * 1_000);
      if (found.length !== EACH_PATIENT) throw new Error(`${found.length} subscriptions matched`);
    }
    figures[`match.${size}.micros`] = median(taken);
  }
  figures['match.bytesEach'] = (process.memoryUsage().heapUsed - heapBefore) / kept;
  return figures;
}

function subscription(nth: number) {
  const patient = Math.floor(nth / EACH_PATIENT);
  const resource = JSON.stringify({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'bench',
    criteria: `Observation?patient=p${patient}`,
    channel: { type: 'rest-hook', endpoint: `https://receiver-${nth % 100}.example/hook` },
  });
  const counts = { events: 0, taken: 0, failures: 0 };
  const owner = { subscriber: null, principal: 'Practitioner/p' };
  return {
    tenant: TENANT,
    id: `s${nth}`,
    resource,
    status: 'active' as const,
    ...owner,
    ...counts,
    error: null,
  };
}

function changeOf(patient: number) {
  const resource = {
    resourceType: 'Observation' as const,
    id: 'o',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/p${patient}` },
  };
  const current = { resource, entries: extractIndexEntries(resource), updatedMs: 0 };
  return { interaction: 'create' as const, type: 'Observation', previous: null, current };
}

/** `append.SIZE.p50Ms`: an event of its own transaction while that many wait to be consumed. */
async function appending(
  databaseOf: (name: string) => Promise<string>,
  options: BenchOptions,
): Promise<Outcome['figures']> {
  const setting = (name: string) => numberSetting(subscriptionsBench, options, name);
  const figures: Record<string, number> = {};
  for (const size of sizesUpTo(setting('backlog'))) {
    options.log(`a backlog of ${size}`);
    const log = await holdfastEvents(await databaseOf(`backlog_${size}`));
    await log.prefill(size);
    const taken: number[] = [];
    for (let nth = 0; nth < setting('appends'); nth++) {
      const before = performance.now();
      await log.append(size + nth);
      taken.push(performance.now() - before);
    }
    await log.stop();
    figures[`append.${size}.p50Ms`] = median(taken);
  }
  return figures;
}
