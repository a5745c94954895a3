import type pg from 'pg';
import { median } from '../quantile.ts';
import { walPosition } from '../server/stage.ts';

const APPENDS = 4_000;
const ROUNDS = 5;
const INDEXES = 'holdfast.event_stream, holdfast.event_order, holdfast.event_urgency';

/** One event of its own stream, whose head is there. */
const WHOLE = `perform holdfast.store_append_events(1::smallint, array[k.key], array[k.key], array['bench'],
    array[1], array[3::smallint], array[0::bigint], array[gen_random_uuid()], array['create'],
    array['Observation'], array[2::smallint], 'Practitioner/bench', 'bench');`;

const HEAD = `update holdfast.stream_head h set seq = h.seq + 1 where h.tenant = 1 and h.stream = k.key;`;

const ROW = `insert into holdfast.event (tenant, stream, seq, event_id, interaction, resource_type,
      resource_id, version, patient_id, confidentiality, sensitivity, urgency, actor, request_id)
    values (1, k.key, 1000000 + i, gen_random_uuid(), 'create', 'Observation', 'bench', 1, 'bench', 3,
      0, 2, 'Practitioner/bench', 'bench');`;

/**
 * What an append costs inside the database, without the write around it: microseconds of one statement
 * after the other, rolled back, and what of it the head row, the event's row and its indexes take.
 */
export async function appendCost(admin: pg.Client): Promise<Record<string, number>> {
  const took = async (statement: string, before = ''): Promise<number[]> => {
    await admin.query(`begin; set local search_path = holdfast, public; ${before}`);
    const from = await walPosition(admin);
    const started = performance.now();
    await admin.query(`do $$ declare k record; i integer := 0; begin
      for k in select stream as key from holdfast.stream_head h, generate_series(1, ${APPENDS})
        limit ${APPENDS} loop i := i + 1; ${statement} end loop; end $$`);
    const micros = ((performance.now() - started) * 1_000) / APPENDS;
    const walBytes = ((await walPosition(admin)) - from) / APPENDS;
    await admin.query('rollback');
    return [micros, walBytes];
  };
  const samples = new Map<string, number[]>();
  const note = (name: string, value = Number.NaN) =>
    samples.set(name, [...(samples.get(name) ?? []), value]);
  for (let round = 0; round < ROUNDS; round++) {
    const [idle = 0] = await took('');
    const [micros = 0, walBytes] = await took(WHOLE);
    const [head = 0] = await took(HEAD);
    const [row = 0] = await took(ROW);
    const [bare = 0] = await took(ROW, `drop index ${INDEXES};`);
    note('micros', micros - idle);
    note('walBytes', walBytes);
    note('head.micros', head - idle);
    note('row.micros', bare - idle);
    note('indexes.micros', row - bare);
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}
