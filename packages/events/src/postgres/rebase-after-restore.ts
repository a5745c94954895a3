import type pg from 'pg';

/** FirstNormalTransactionId: before every transaction of any cluster. */
const BEFORE_ALL = '3';

/** What a group has handled is said by its cursor; from here on its inbox must say it. */
const CURSOR_TO_INBOX = `insert into holdfast.consumer_inbox as i
    (tenant, consumer_group, stream, seq, xid, id)
  select e.tenant, g.name, e.stream, max(e.seq), '${BEFORE_ALL}'::xid8, max(e.id)
    from holdfast.consumer_group g join holdfast.event e on (e.xid, e.id) <= (g.xid, g.id)
    where not exists (select from holdfast.consumer_parked p
      where (p.tenant, p.consumer_group, p.stream) = (e.tenant, g.name, e.stream))
    group by e.tenant, g.name, e.stream
  on conflict (tenant, consumer_group, stream)
    do update set seq = excluded.seq, id = excluded.id where i.seq < excluded.seq`;

/** The tenant wall holds for the owner too, unless it is a superuser; this is about every tenant. */
const WALLED = ['event', 'consumer_inbox', 'consumer_parked'] as const;

/**
 * Makes the log's order hold in a new cluster whose transaction ids start lower, after a dump and
 * restore: old events sort before all new ones, by id, which keeps every stream's order. Groups read
 * from the origin once more and find in their inbox what is done. Inside the caller's transaction, as
 * the owner, before consumers or writers start; rewrites the log, so it takes time.
 */
export async function rebaseAfterRestore(client: pg.ClientBase): Promise<void> {
  await client.query('lock table holdfast.event, holdfast.consumer_group in exclusive mode');
  for (const table of WALLED) {
    await client.query(`alter table holdfast.${table} no force row level security`);
  }
  await client.query(CURSOR_TO_INBOX);
  await client.query(`update holdfast.consumer_inbox set xid = '${BEFORE_ALL}'`);
  await client.query(`update holdfast.event set xid = '${BEFORE_ALL}'`);
  await client.query(
    `update holdfast.consumer_group set xid = '0', id = 0, term = term + 1,
       cluster = (select system_identifier::text from pg_control_system())`,
  );
  for (const table of WALLED) {
    await client.query(`alter table holdfast.${table} force row level security`);
  }
}
