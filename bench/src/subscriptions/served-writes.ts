import { closedLoop } from '../closed-loop.ts';
import { quantile } from '../quantile.ts';
import { bodyWeight } from '../server/body-weight.ts';
import { expectStatus } from '../server/fhir-client.ts';
import { settle } from '../server/measure-load.ts';
import { createPatients, gatherStatistics, type Stage, serve } from '../server/stage.ts';
import { subscribe, TRUSTING } from './subscribe.ts';

const CALLERS = 4;
const WARM_UP_MS = 1_000;

export interface ServedWritesPlan {
  /** Active subscriptions, ascending. */
  readonly sizes: readonly number[];
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/**
 * `served.SIZE.create.*`: creates over HTTP while a server keeps that many active subscriptions, none
 * of which they concern. `cpuMs` counts server and database until their consumers are through.
 */
export async function servedWrites(
  stage: Stage,
  { sizes, seconds, log }: ServedWritesPlan,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const open = () =>
    serve(stage, {
      databaseUrl: stage.databaseUrl,
      connections: CALLERS,
      environment: TRUSTING,
    });
  const first = await open();
  const patients = await createPatients(first.client);
  const endpoint = 'http://127.0.0.1:9/nobody';
  const wish = { criteria: 'Observation?patient=nobody-0', endpoint };
  const template = await subscribe(first.client, stage.admin, wish);
  await first.close();
  let kept = 1;
  let nth = 0;
  for (const size of sizes) {
    await multiply(stage, template, { from: kept, to: size });
    kept = Math.max(kept, size);
    await gatherStatistics(stage.admin);
    const server = await open();
    const ask = async () => {
      const patient = patients[(nth * 7_919) % patients.length] ?? '';
      const body = bodyWeight(patient, nth++);
      expectStatus(await server.client.send('POST', 'Observation', body), 201);
    };
    await closedLoop(CALLERS, WARM_UP_MS, ask);
    await settle(server.cpu);
    const before = server.cpu();
    const { latencies, requests } = await closedLoop(CALLERS, seconds * 1_000, ask);
    await settle(server.cpu);
    const after = server.cpu();
    await server.close();
    const spent = after.server + after.database - before.server - before.database;
    figures[`served.${size}.create.p50Ms`] = quantile(latencies, 0.5);
    figures[`served.${size}.create.p99Ms`] = quantile(latencies, 0.99);
    figures[`served.${size}.create.cpuMs`] = spent / requests;
    log(`${size} subscriptions kept: a create p50 ${quantile(latencies, 0.5).toFixed(1)} ms`);
  }
  return figures;
}

/** Subscriptions like the first one, each about another patient. */
async function multiply(
  { admin }: Stage,
  template: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await admin.query(
    `insert into holdfast.subscription (tenant, id, resource, status, subscriber, principal)
     select s.tenant, 'bench-' || n, replace(s.resource, 'nobody-0', 'nobody-' || n), 'active',
       s.subscriber, s.principal
     from holdfast.subscription s, generate_series($2::int, $3::int - 1) n where s.id = $1`,
    [template, from, to],
  );
}
