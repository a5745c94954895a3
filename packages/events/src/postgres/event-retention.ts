import { faults } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_FAULTS } from '../errors.ts';
import { EVENT_LIMITS } from '../limits.ts';

const fault = faults(EVENT_FAULTS);

/** Makes the months ahead that the log will need. As the owner. @returns how many it made */
export async function prepareMonths(client: pg.ClientBase | pg.Pool): Promise<number> {
  const { rows } = await client.query<{ made: number }>(
    `select holdfast.ensure_month_partitions('holdfast.event',
        (current_timestamp at time zone 'UTC')::date, $1) as made`,
    [EVENT_LIMITS.monthsAhead],
  );
  return rows[0]?.made ?? 0;
}

/**
 * Ends the retention of whole months: drops the log's partitions that lie before a date. Inside the
 * caller's transaction, as the owner.
 *
 * @returns the names of the dropped partitions
 * @throws Fault `events/partition-still-needed` where a group has not handled every event of one
 */
export async function dropEventsBefore(client: pg.ClientBase, before: Date): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'holdfast.event'::regclass and c.relname ~ '^event_\\d{6}$'
        and (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') at time zone 'UTC' <= $1
      order by c.relname`,
    [before],
  );
  // Nobody moves a group back between the look and the drop.
  await client.query('lock table holdfast.consumer_group in share mode');
  for (const { name } of rows) {
    const needed = await neededBy(client, name);
    if (needed !== null) {
      throw fault('events/partition-still-needed', { diagnostics: `${name}: group ${needed}` });
    }
    await client.query(`drop table holdfast.${name}`);
  }
  return rows.map(({ name }) => name);
}

/** A group that has something to do in the partition; null where none has. */
async function neededBy(client: pg.ClientBase, partition: string): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `select g.name from holdfast.consumer_group g
      where exists (select from holdfast.${partition} e where (e.xid, e.id) > (g.xid, g.id))
         or exists (select from holdfast.consumer_parked p join holdfast.${partition} e
              on (e.tenant, e.stream) = (p.tenant, p.stream) and e.seq >= p.seq
            where p.consumer_group = g.name)
      limit 1`,
  );
  return rows[0]?.name ?? null;
}
