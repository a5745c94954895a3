import { faults } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_FAULTS } from '../errors.ts';
import { LOCK_CLASS } from './session-lock.ts';

const fault = faults(EVENT_FAULTS);

/**
 * Forgets a group that nobody runs any more: its place, its parked streams and its dead letters. It holds
 * back no month from then on. Inside the caller's transaction, as the owner.
 *
 * @throws Fault `events/unknown-group`, `events/group-is-led`
 */
export async function retireGroup(client: pg.ClientBase, group: string): Promise<void> {
  const { rows } = await client.query<{ free: boolean }>(
    'select pg_try_advisory_xact_lock($1::int, hashtext($2)) as free',
    [LOCK_CLASS, `consumer ${group}`],
  );
  if (rows[0]?.free !== true) throw fault('events/group-is-led');
  const { rowCount } = await client.query('delete from holdfast.consumer_group where name = $1', [
    group,
  ]);
  if (rowCount !== 1) throw fault('events/unknown-group');
  for (const kept of ['consumer_parked', 'consumer_inbox', 'dead_letter']) {
    await client.query(`delete from holdfast.${kept} where consumer_group = $1`, [group]);
  }
}
