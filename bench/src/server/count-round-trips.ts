import { countingProxy } from '../wire/counting-proxy.ts';
import type { Exchange } from '../wire/exchange-counter.ts';
import type { FhirClient } from './fhir-client.ts';
import { createPatients, type Stage, serve } from './stage.ts';

/** Pools of the server by their `application_name`: what workers do is not part of a request. */
const REQUESTS = 'holdfast requests';
/** The group commit of audit records, which several requests share. */
const AUDIT = /\bappend_audit\s*\(/;
const SAMPLE = 50;
const WARM_UP = 20;

export interface Counted {
  readonly roundTrips: number;
  readonly statements: number;
  readonly auditRoundTrips: number;
}

/** One request of the sample; it is asked for one at a time. */
export type Ask = (client: FhirClient, nth: number) => Promise<void>;

/**
 * Means over single requests of what the server's request pool said to PostgreSQL, seen from
 * the wire. Statements include BEGIN and COMMIT; what a function runs inside counts as one.
 */
export async function countRoundTrips(
  stage: Stage,
  prepare: (client: FhirClient, patients: readonly string[]) => Promise<Ask>,
): Promise<Counted> {
  const proxy = await countingProxy(stage.databaseUrl);
  const server = await serve(stage, { databaseUrl: proxy.url, connections: 1 });
  try {
    const ask = await prepare(server.client, await createPatients(server.client));
    for (let nth = 0; nth < WARM_UP; nth++) await ask(server.client, nth);
    const samples: Exchange[][] = [];
    for (let nth = WARM_UP; nth < WARM_UP + SAMPLE; nth++) {
      proxy.reset();
      await ask(server.client, nth);
      samples.push(proxy.exchanges().filter(({ application }) => application === REQUESTS));
    }
    return summary(samples);
  } finally {
    await server.close();
    await proxy.close();
  }
}

const isAudit = ({ statements }: Exchange) =>
  statements.length > 0 && statements.every((text) => AUDIT.test(text));

function summary(samples: readonly (readonly Exchange[])[]): Counted {
  const each = (count: (exchanges: readonly Exchange[]) => number) =>
    samples.reduce((sum, sample) => sum + count(sample), 0) / samples.length;
  const own = (sample: readonly Exchange[]) => sample.filter((exchange) => !isAudit(exchange));
  return {
    roundTrips: each((sample) => own(sample).length),
    statements: each((sample) => own(sample).flatMap(({ statements }) => statements).length),
    auditRoundTrips: each((sample) => sample.filter(isAudit).length),
  };
}
