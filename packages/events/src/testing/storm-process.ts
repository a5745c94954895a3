import { createPool, inTransaction } from '@holdfast/postgres';
import { seededRandom } from '@holdfast/testkit';
import { defineConsumer } from '../consumer.ts';
import { ConsumerRuntime, consumerOf } from '../postgres/consumer-runtime.ts';
import { EventSource } from '../postgres/event-source.ts';
import { appendEvent } from './append-event.ts';

/** A process that writes, relays and consumes until it is killed; arguments: address, seed. */
const [url = '', seed = '0'] = process.argv.slice(2);
const random = seededRandom(Number(seed));

const STREAMS = 12;
const WRITES = 150;

const source = new EventSource({ url });
const storm = defineConsumer({
  group: 'storm',
  handles: {},
  lanes: 3,
  eventsPerTransaction: 5,
  async effect(tx, event) {
    await tx.query(`insert into seen values ('storm', $1, $2)`, [
      String(event.stream),
      String(event.seq),
    ]);
  },
});
const runtime = new ConsumerRuntime({ url, signal: source }, [consumerOf(storm)]);
await source.start();
await runtime.start();

const pool = createPool({ url, applicationName: 'storm writer', max: 1 });
process.stdout.write('started\n');
for (let i = 0; i < WRITES; i++) {
  const stream = 1 + random.below(STREAMS);
  const seq = await inTransaction(pool, (tx) => appendEvent(tx, { stream }));
  source.notifyCommitted();
  // Said after the commit: whoever reads it may rely on it.
  process.stdout.write(`${stream}/${seq}\n`);
}
