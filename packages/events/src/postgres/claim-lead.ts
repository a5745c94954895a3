import { faults } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_FAULTS } from '../errors.ts';
import type { Lead } from '../group-store.ts';

const fault = faults(EVENT_FAULTS);

interface GroupRow {
  term: string;
  xid: string;
  id: string;
}

/** The cluster's identity, and whether the log holds transaction ids it has not given out yet. */
const CLUSTER = `select (select system_identifier::text from pg_control_system()) as cluster,
  (select xid >= pg_snapshot_xmax(pg_current_snapshot()) from holdfast.event
    order by xid desc limit 1) as from_the_future`;

/**
 * Creates the group's row where there is none: from here on it is settled where the group starts.
 *
 * @throws Fault `events/cluster-clock-went-back` where transaction ids restarted below the log's own:
 *   new events would sort before handled ones and be lost
 */
export async function ensureGroup(
  client: pg.ClientBase,
  group: string,
  startFrom: 'origin' | 'now',
): Promise<string> {
  const { rows } = await client.query<{ cluster: string; from_the_future: boolean }>(CLUSTER);
  const here = rows[0];
  if (here === undefined || here.from_the_future) throw fault('events/cluster-clock-went-back');
  await client.query(
    `insert into holdfast.consumer_group (name, cluster, xid, id)
     select $1, $2, case when $3 then f.before else '0'::xid8 end,
         case when $3 then 9223372036854775807 else 0 end
       from (select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text::xid8
         as before) f
     on conflict (name) do nothing`,
    [group, here.cluster, startFrom === 'now'],
  );
  return here.cluster;
}

/**
 * Takes the lead of a group inside the caller's transaction, creating the group where it is new.
 * Waits for open commits of an earlier leader, which hold the group's row.
 *
 * @throws Fault as `ensureGroup`
 */
export async function claimLead(
  client: pg.ClientBase,
  group: string,
  startFrom: 'origin' | 'now',
): Promise<Lead> {
  const cluster = await ensureGroup(client, group, startFrom);
  const { rows } = await client.query<GroupRow>(
    `update holdfast.consumer_group set term = term + 1, cluster = $2
      where name = $1 returning term, xid, id`,
    [group, cluster],
  );
  const claimed = rows[0];
  if (claimed === undefined) throw fault('events/unknown-group');
  return {
    term: BigInt(claimed.term),
    cursor: { xid: BigInt(claimed.xid), id: BigInt(claimed.id) },
  };
}
