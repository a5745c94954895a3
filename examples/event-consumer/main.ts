import {
  ConsumerRuntime,
  EventSource,
  eventsMigrations,
  LogMirror,
  readBrokerSettings,
} from '@holdfast/events';
import { createPool, migrate } from '@holdfast/postgres';
import { counter } from './counter.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const url = process.env['DATABASE_URL'];
if (url === undefined) throw new Error('Name a database in DATABASE_URL.');
const broker = readBrokerSettings(process.env);
if (!broker.ok) throw new Error(broker.error);

const owner = createPool({ url, applicationName: 'example', max: 2 });
// In a database of its own the log is a copy; in the server's it is there.
if (broker.value !== undefined) await migrate(owner, [eventsMigrations]);
await owner.query(`create schema if not exists example;
  create table if not exists example.taken (patient text primary key, times integer not null);
  grant usage on schema example to holdfast_app;
  grant select, insert, update on example.taken to holdfast_app`);

const trouble = (error: unknown) => say(`recovering: ${(error as Error).message}`);
const signal =
  broker.value === undefined
    ? new EventSource({ url, mode: 'notify', trouble })
    : new LogMirror({ settings: broker.value, url, pool: owner, trouble });
const runtime = new ConsumerRuntime({ url, signal }, [counter]);
await runtime.start();
await signal.start();
say(`${counter.group} follows the log; Ctrl-C ends it.`);

process.once('SIGINT', () => {
  void (async () => {
    await runtime.stop();
    await signal.stop();
    const { rows } = await owner.query('select * from example.taken order by patient');
    for (const row of rows) say(JSON.stringify(row));
    await owner.end();
  })();
});
