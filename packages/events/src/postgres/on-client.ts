import pg from 'pg';

/** The server ended the transaction because the process left it idle for too long. */
const IDLE_IN_TRANSACTION = '25P03';

/**
 * Runs work on one connection of the pool and rolls back whatever it leaves open.
 *
 * @param work gets the connection and a promise that rejects when the connection breaks
 * @throws what broke the connection, whatever `work` made of it: nothing is then known of a commit
 *   under way. A transaction that the server ended for idleness is no broken connection.
 */
export async function onClient<Done>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, lost: Promise<never>) => Promise<Done>,
): Promise<Done> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let breaks: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    breaks = (error) => {
      broken ??= error;
      reject(error);
    };
  });
  lost.catch(() => undefined);
  client.on('error', breaks);
  try {
    const done = await work(client, lost);
    await rollBack(client).catch(breaks);
    if (broken !== undefined && !endedForIdleness(broken)) throw broken;
    return done;
  } catch (error) {
    await rollBack(client).catch(breaks);
    throw broken ?? error;
  } finally {
    if (broken === undefined) client.removeListener('error', breaks);
    client.release(broken);
  }
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  if (client.getTransactionStatus() !== 'I') await client.query('rollback');
}

function endedForIdleness(error: Error): boolean {
  return error instanceof pg.DatabaseError && error.code === IDLE_IN_TRANSACTION;
}
