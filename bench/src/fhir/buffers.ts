import type pg from 'pg';

/** What PostgreSQL is started with, so that buffers can be counted. */
export const COUNTS_BUFFERS = { shared_preload_libraries: 'pg_stat_statements' };

export interface BufferCount {
  /** Pages of 8 KiB that statements of the application role have touched, found in memory or not. */
  touched(): Promise<number>;
  close(): Promise<void>;
}

/** Counts from now on until it is closed. */
export async function countBuffers(admin: pg.Client): Promise<BufferCount> {
  await admin.query('create extension if not exists pg_stat_statements schema public');
  await track(admin, 'top');
  return {
    touched: async () => {
      const { rows } = await admin.query<{ touched: string }>(
        `select coalesce(sum(shared_blks_hit + shared_blks_read), 0) as touched
         from public.pg_stat_statements where userid = 'holdfast_app'::regrole`,
      );
      return Number(rows[0]?.touched);
    },
    close: () => countNoBuffers(admin),
  };
}

/** Counting costs CPU: until it is asked for, and once it is over, nothing is counted. */
export const countNoBuffers = (admin: pg.Client): Promise<void> => track(admin, 'none');

async function track(admin: pg.Client, what: 'top' | 'none'): Promise<void> {
  await admin.query(`alter system set pg_stat_statements.track = '${what}'`);
  await admin.query('select pg_reload_conf()');
}
