import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openLoop } from '../open-loop.ts';
import { quantile } from '../quantile.ts';
import { bodyWeight } from '../server/body-weight.ts';
import { expectStatus } from '../server/fhir-client.ts';
import { createPatients, type Stage, serve } from '../server/stage.ts';
import { eventually, subscribe, TRUSTING } from './subscribe.ts';

const CALLERS = 8;
/** Each of an origin of its own. */
const RECEIVERS = 10;
const WRITES_PER_SECOND = 10;
/** More than may be under way to one origin at once. */
const DEAD_SUBSCRIPTIONS = 5;
const CRITERIA = 'Observation?code=http://loinc.org|29463-7';

export interface DeliveryPlan {
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/**
 * `delivery.KIND.*`: from the answer to a create to each of ten receivers having the resource, without
 * (`alone`) and with subscribers of the same events beside them whose endpoint never answers
 * (`besideDead`).
 */
export async function deliveryBesideDead(
  stage: Stage,
  { seconds, log }: DeliveryPlan,
): Promise<Record<string, number>> {
  const server = await serve(stage, {
    databaseUrl: stage.databaseUrl,
    connections: CALLERS,
    environment: TRUSTING,
  });
  const answeredAt = new Map<string, number>();
  let arrivals: { readonly reading: string; readonly at: number }[] = [];
  const receivers = await Promise.all(
    Array.from({ length: RECEIVERS }, () =>
      receiver((body) => {
        const reading = /"reading-(\d+)"/.exec(body)?.[1] ?? '';
        arrivals.push({ reading, at: performance.now() });
        return true;
      }),
    ),
  );
  let knocks = 0;
  const dead = await receiver(() => {
    knocks += 1;
    return false;
  });
  try {
    const patients = await createPatients(server.client);
    for (const { endpoint } of receivers) {
      await subscribe(server.client, stage.admin, { criteria: CRITERIA, endpoint });
    }
    let nth = 0;
    const round = async (): Promise<number[]> => {
      arrivals = [];
      answeredAt.clear();
      const first = nth;
      await openLoop(WRITES_PER_SECOND, seconds * 1_000, async () => {
        const reading = nth++;
        const body = bodyWeight(patients[(reading * 7_919) % patients.length] ?? '', reading);
        expectStatus(await server.client.send('POST', 'Observation', body), 201);
        answeredAt.set(String(reading), performance.now());
        return true;
      });
      await eventually(() => arrivals.length >= (nth - first) * RECEIVERS);
      // An arrival may overtake the answer by a little.
      return arrivals.map(({ reading, at }) => Math.max(0, at - (answeredAt.get(reading) ?? at)));
    };
    await round();
    const alone = await round();
    log(`alone: p99 ${quantile(alone, 0.99).toFixed(1)} ms`);
    for (let n = 0; n < DEAD_SUBSCRIPTIONS; n++) {
      await subscribe(server.client, stage.admin, { criteria: CRITERIA, endpoint: dead.endpoint });
    }
    const beside = await round();
    log(`beside a dead one: p99 ${quantile(beside, 0.99).toFixed(1)} ms, ${knocks} calls to it`);
    if (knocks === 0) throw new Error('the dead endpoint was never called');
    return {
      'delivery.alone.p50Ms': quantile(alone, 0.5),
      'delivery.alone.p99Ms': quantile(alone, 0.99),
      'delivery.besideDead.p50Ms': quantile(beside, 0.5),
      'delivery.besideDead.p99Ms': quantile(beside, 0.99),
      'delivery.dead.calls': knocks,
    };
  } finally {
    await server.close();
    for (const { stop } of [...receivers, dead]) stop();
    await stage.admin.query(
      'truncate holdfast.subscription, holdfast.subscription_event, holdfast.subscription_topic',
    );
  }
}

/** @param take says whether the call is answered */
async function receiver(
  take: (body: string) => boolean,
): Promise<{ readonly endpoint: string; readonly stop: () => void }> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      if (take(body)) response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
