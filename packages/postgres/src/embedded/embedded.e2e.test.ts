import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteEmbeddedData } from './delete-data.ts';
import { isAlive } from './process-table.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './start.ts';

// Goal: what was committed is there after every way in which a server or its owner can end.
// Method: real servers over a temporary directory; this process or a child owns them.

describe('startEmbeddedPostgres', () => {
  let directory: string;
  const running: EmbeddedPostgres[] = [];
  const start = async (dataDirectory = directory) => {
    const server = await startEmbeddedPostgres({ dataDirectory });
    running.push(server);
    return server;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-embedded-'));
  });
  afterEach(async () => {
    // All of them first: a later one of the same directory still writes to it.
    const stopped = running.splice(0);
    for (const server of stopped) await server.stop();
    for (const server of stopped) rmSync(server.directory, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps its data over a restart and lets nobody in without the password', async () => {
    const first = await start();
    await query(first.url('postgres'), 'create table kept as select 7 as seven');
    expect(statSync(join(first.directory, 'password')).mode & 0o777).toBe(0o600);
    const guess = new URL(first.url('postgres'));
    guess.password = 'guess';
    await expect(query(guess.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    await first.stop();

    const second = await start();
    expect(await query(second.url('postgres'), 'select seven from kept')).toEqual([{ seven: 7 }]);
  });

  it('listens on the loopback address only, with logical replication', async () => {
    const server = await start();
    const rows = await query(
      server.url('postgres'),
      `select current_setting('listen_addresses') as listen, current_setting('wal_level') as wal,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
    );
    expect(rows).toEqual([{ listen: '127.0.0.1', wal: 'logical', fsync: 'on', commit: 'on' }]);
  });

  it('refuses a second owner while the first one runs', async () => {
    await start();
    await expect(start()).rejects.toThrow(/EMBEDDED_IN_USE: process \d+ owns/);
  });

  it('comes back on the same port after its postmaster was killed', async () => {
    const server = await start();
    await query(server.url('postgres'), 'create table kept as select 7 as seven');
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await server.restart();
    expect(await query(server.url('postgres'), 'select seven from kept')).toEqual([{ seven: 7 }]);
  });

  it('takes over from an owner that was killed, with every committed row', async () => {
    const { owner, url, pid } = await startInChild(directory);
    await query(url, 'create table kept as select 7 as seven');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const next = await start();
    expect(isAlive(pid)).toBe(false);
    expect(await query(next.url('postgres'), 'select seven from kept')).toEqual([{ seven: 7 }]);
  });

  it('recovers when owner and postmaster were killed together', async () => {
    const { owner, url, pid } = await startInChild(directory);
    await query(url, 'create table kept as select 7 as seven');
    owner.kill('SIGSTOP'); // so that it cannot tidy up in between
    process.kill(pid, 'SIGKILL');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const next = await start();
    expect(await query(next.url('postgres'), 'select seven from kept')).toEqual([{ seven: 7 }]);
  });

  it('is not fooled by a stale pid file that names a living process', async () => {
    const first = await start();
    const pidFile = join(first.directory, 'cluster', 'postmaster.pid');
    await first.stop();
    writeFileSync(pidFile, `${process.pid}\n/nowhere\n1\n5432\n\n127.0.0.1\n`);
    const second = await start();
    expect(await query(second.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.runIf(process.getuid?.() === 0)(
    'as root, shelters its data when the directory is closed to the account it drops to',
    async () => {
      const closed = mkdtempSync(join(tmpdir(), 'holdfast-closed-'));
      chmodSync(closed, 0o700);
      const said: string[] = [];
      const dataDirectory = join(closed, 'clone', '.holdfast', 'postgres');
      const onProgress = (line: string) => said.push(line);
      const server = await startEmbeddedPostgres({ dataDirectory, onProgress });
      running.push(server);
      expect(server.directory.startsWith(closed)).toBe(false);
      expect(said.join('\n')).toContain(`Data lies in ${server.directory}`);
      expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);

      await query(server.url('postgres'), 'create table kept as select 7 as seven');
      await server.stop();
      chmodSync(closed, 0o755); // open now, but the data stays where it is
      const again = await start(dataDirectory);
      expect(await query(again.url('postgres'), 'select seven from kept')).toEqual([{ seven: 7 }]);

      await expect(deleteEmbeddedData(dataDirectory)).rejects.toThrow(/EMBEDDED_IN_USE/);
      await again.stop();
      expect(await deleteEmbeddedData(dataDirectory)).toEqual([again.directory, dataDirectory]);
      expect([again.directory, dataDirectory].filter((each) => existsSync(each))).toEqual([]);
      rmSync(closed, { recursive: true });
    },
  );
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function startInChild(
  directory: string,
): Promise<{ owner: ChildProcess; url: string; pid: number }> {
  const script = `
    import { startEmbeddedPostgres } from '@holdfast/postgres';
    const server = await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(directory)} });
    console.log(JSON.stringify({ url: server.url('postgres'), pid: server.pid }));
    await new Promise(() => process.stdin.resume());`;
  const flags = '--conditions=@holdfast/source --import tsx --input-type=module --eval'.split(' ');
  const owner = spawn(process.execPath, [...flags, script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(owner.stdout, 'data')) as [Buffer];
  return { owner, ...(JSON.parse(chunk.toString()) as { url: string; pid: number }) };
}
