import {
  ConsumerRuntime,
  consumerOf,
  defineConsumer,
  EventSource,
  eventsMigrations,
} from '@holdfast/events';
import { createPool, inTransaction, migrate } from '@holdfast/postgres';
import type { QueueSubject } from './queue-subject.ts';

const STREAMS = 200;
const COLUMNS = `(tenant, stream, seq, event_id, interaction, resource_type, resource_id, version,
  confidentiality, sensitivity, actor, request_id)`;

/** What the log found wrong with itself. */
export interface LogFindings {
  lost: number;
  outOfOrder: number;
}

/** The event log with one group; its effects only count, each with the group's place in a transaction. */
export async function holdfastEvents(
  url: string,
): Promise<QueueSubject & { readonly findings: LogFindings }> {
  const pool = createPool({ url, applicationName: 'bench writer', max: 2 });
  await migrate(pool, [eventsMigrations]);
  const findings = { lost: 0, outOfOrder: 0 };
  let source: EventSource | undefined;
  let runtime: ConsumerRuntime | undefined;
  let started = 0;
  return {
    name: 'holdfast',
    findings,
    async start(handled) {
      const newest = new Map<bigint, bigint>();
      started += 1;
      const group = defineConsumer({
        group: `bench-${started}`,
        handles: {},
        startFrom: started === 1 ? 'origin' : 'now',
        eventsPerTransaction: 50,
        async effect(_tx, event) {
          const before = newest.get(event.stream);
          if (before !== undefined && event.seq !== before + 1n) {
            if (event.seq > before) findings.lost += Number(event.seq - before - 1n);
            else findings.outOfOrder += 1;
          }
          newest.set(event.stream, event.seq);
        },
        onHandled: (events) => {
          for (const event of events) handled(Number(event.resourceId));
        },
      });
      source = new EventSource({ url });
      runtime = new ConsumerRuntime({ url, signal: source }, [consumerOf(group)]);
      await source.start();
      await runtime.start();
    },
    append: (key) =>
      inTransaction(pool, async (tx) => {
        const stream = key % STREAMS;
        await tx.query('select pg_advisory_xact_lock($1)', [stream]);
        await tx.query(
          `with head as (insert into stream_head as h (tenant, stream, seq) values (1, $1, 1)
             on conflict (tenant, stream) do update set seq = h.seq + 1 returning seq)
           insert into event ${COLUMNS}
           select 1, $1, head.seq, gen_random_uuid(), 'create', 'Observation', $2, 1, 2, 0, 'a', 'r'
             from head`,
          [stream, String(key)],
        );
      }),
    async prefill(count) {
      await pool.query(
        `insert into event ${COLUMNS}
         select 1, n % ${STREAMS}, n / ${STREAMS} + 1, gen_random_uuid(), 'create', 'Observation',
           n::text, 1, 2, 0, 'a', 'r' from generate_series(0, $1::int - 1) n`,
        [count],
      );
      await pool.query(
        `insert into stream_head (tenant, stream, seq)
         select 1, stream, max(seq) from event group by stream`,
      );
    },
    async stop() {
      await runtime?.stop();
      await source?.stop();
      await pool.end();
    },
  };
}
