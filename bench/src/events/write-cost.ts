import type pg from 'pg';
import type { BenchOptions } from '../bench.ts';
import { closedLoop } from '../closed-loop.ts';
import { median } from '../quantile.ts';
import { bodyWeight } from '../server/body-weight.ts';
import { expectStatus } from '../server/fhir-client.ts';
import { settle } from '../server/measure-load.ts';
import {
  createPatients,
  gatherStatistics,
  type Stage,
  serve,
  walPosition,
} from '../server/stage.ts';
import { appendCost } from './append-cost.ts';

const CALLERS = 8;

/** Of creates over HTTP, medians over the rounds. */
interface CreateFigures {
  readonly perSecond: number;
  /** Of the server and the database, consumers included, for each create. */
  readonly cpuMs: number;
  readonly walBytes: number;
}

export interface WriteCost {
  readonly withEvents: CreateFigures;
  readonly withoutEvents: CreateFigures;
  /** See `appendCost`. */
  readonly append: Readonly<Record<string, number>>;
}

/**
 * Creates over HTTP with the event log and its consumers, and with the step that appends events taken
 * out of the write function. Rounds alternate.
 */
export async function writeCost(
  stage: Stage,
  options: BenchOptions,
  plan: { readonly rounds: number; readonly seconds: number },
): Promise<WriteCost> {
  const server = await serve(stage, { databaseUrl: stage.databaseUrl, connections: CALLERS });
  const append = await appendFunction(stage.admin);
  try {
    const patients = await createPatients(server.client);
    await gatherStatistics(stage.admin);
    let nth = 0;
    const ask = async () => {
      const patient = patients[(nth * 7_919) % patients.length] ?? '';
      const body = bodyWeight(patient, nth++);
      expectStatus(await server.client.send('POST', 'Observation', body), 201);
    };
    const rounds = { on: [] as CreateFigures[], off: [] as CreateFigures[] };
    for (let round = 0; round < plan.rounds; round++) {
      // Whoever comes second finds the machine warmer.
      const order = round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const);
      for (const kind of order) {
        options.log(`write round ${round + 1}, events ${kind}`);
        await stage.admin.query(kind === 'on' ? append.original : append.empty);
        await closedLoop(CALLERS, 500, ask);
        // The consumers of one round must not work in the next.
        await settle(server.cpu);
        const [cpu, wal] = [server.cpu(), await walPosition(stage.admin)];
        const { requests, seconds } = await closedLoop(CALLERS, plan.seconds * 1_000, ask);
        const perSecond = requests / seconds;
        // What the consumers still have to do belongs to it.
        await settle(server.cpu);
        const after = server.cpu();
        const spent = after.server + after.database - cpu.server - cpu.database;
        const walBytes = ((await walPosition(stage.admin)) - wal) / requests;
        rounds[kind].push({ perSecond, cpuMs: spent / requests, walBytes });
      }
    }
    await stage.admin.query(append.original);
    options.log('the append alone');
    return {
      withEvents: medians(rounds.on),
      withoutEvents: medians(rounds.off),
      append: await appendCost(stage.admin),
    };
  } finally {
    await stage.admin.query(append.original);
    await server.close();
  }
}

const medians = (rounds: readonly CreateFigures[]): CreateFigures => ({
  perSecond: median(rounds.map((each) => each.perSecond)),
  cpuMs: median(rounds.map((each) => each.cpuMs)),
  walBytes: median(rounds.map((each) => each.walBytes)),
});

/** The function that appends events, as it is and as one that does nothing. */
async function appendFunction(admin: pg.Client): Promise<{ original: string; empty: string }> {
  const { rows } = await admin.query<{ original: string; empty: string }>(
    `select pg_get_functiondef(p.oid) as original,
       format('create or replace function holdfast.store_append_events(%s) returns %s
         language plpgsql as $empty$ begin return; end $empty$',
         pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) as empty
     from pg_proc p where p.oid = 'holdfast.store_append_events'::regproc`,
  );
  const [row] = rows;
  if (row === undefined)
    throw new Error('the write function appends events by store_append_events');
  return row;
}
