import type { Queryable } from '@holdfast/postgres';

/** Rows this session has written and not yet reported: a difference within one transaction counts its own. */
export async function rowsTouched(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ touched: number }>(
    'select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::integer as touched from pg_stat_xact_user_tables',
  );
  return rows[0]?.touched ?? 0;
}
