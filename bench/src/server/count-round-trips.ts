import { countingProxy } from '../wire/counting-proxy.ts';
import type { Exchange } from '../wire/exchange-counter.ts';
import type { FhirClient } from './fhir-client.ts';
import { createPatients, type Stage, serve } from './stage.ts';

/** Pools of the server by their `application_name`: what workers do is not part of a request. */
const REQUESTS = 'holdfast requests';
/** The group commit of audit records, which several requests share. */
const AUDIT = /\bappend_audit\s*\(/;
/** Requests that are counted of each kind. */
export const SAMPLE = 50;

export interface Counted {
  readonly roundTrips: number;
  readonly statements: number;
  readonly auditRoundTrips: number;
}

/** One request of the sample; it is asked for one at a time. */
export type Ask = (client: FhirClient, nth: number) => Promise<void>;

/** A server whose talk with PostgreSQL is listened to. */
export interface ListenedServer {
  readonly client: FhirClient;
  /**
   * Means over single requests of what the server's request pool said to PostgreSQL, seen from
   * the wire. Statements include BEGIN and COMMIT; what a function runs inside counts as one.
   * Each request is asked once before: the server has met the patients it is about.
   * @param afterWarmUp comes between the warm-up and the sample
   */
  count(ask: Ask, afterWarmUp?: () => Promise<void>): Promise<Counted>;
  close(): Promise<void>;
}

export async function listenedServer(stage: Stage): Promise<ListenedServer> {
  const proxy = await countingProxy(stage.databaseUrl);
  const server = await serve(stage, { databaseUrl: proxy.url, connections: 1 });
  return {
    client: server.client,
    count: async (ask, afterWarmUp) => {
      for (let nth = 0; nth < SAMPLE; nth++) await ask(server.client, nth);
      await afterWarmUp?.();
      const samples: Exchange[][] = [];
      for (let nth = 0; nth < SAMPLE; nth++) {
        proxy.reset();
        await ask(server.client, nth);
        samples.push(proxy.exchanges().filter(({ application }) => application === REQUESTS));
      }
      return summary(samples);
    },
    close: async () => {
      await server.close();
      await proxy.close();
    },
  };
}

/** Counts one operation on a server of its own with patients made over HTTP. */
export async function countRoundTrips(
  stage: Stage,
  prepare: (client: FhirClient, patients: readonly string[]) => Promise<Ask>,
): Promise<Counted> {
  const server = await listenedServer(stage);
  try {
    return await server.count(await prepare(server.client, await createPatients(server.client)));
  } finally {
    await server.close();
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
