import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runs, seededRandom, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { createSeen, Noticeboard } from '../testing/consumer-stage.ts';

const PROGRAM = fileURLToPath(new URL('../testing/storm-process.ts', import.meta.url));
const ROUNDS = Math.min(runs(10), 200);

class StormProcess {
  /** Events it was told are committed, after the word `started`. */
  readonly said = new Noticeboard();
  readonly #child: ChildProcess;

  constructor(url: string, seed: number) {
    const flags = ['--conditions=@holdfast/source', '--import', 'tsx'];
    this.#child = spawn(process.execPath, [...flags, PROGRAM, url, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.said.note(line);
    });
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

describe('kill -9, again and again, over two processes that write and consume', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    await createSeen(db);
  });
  afterAll(() => db.drop());

  it(`EVE-1..3 loses, repeats and disorders nothing in ${ROUNDS} rounds`, async () => {
    const random = seededRandom(20_261_124);
    let seed = 0;
    const acknowledged: string[] = [];
    const living = [new StormProcess(db.url, ++seed), new StormProcess(db.url, ++seed)];
    const note = ({ said }: StormProcess) => acknowledged.push(...said.notes.slice(1));
    for (let round = 0; round < ROUNDS; round++) {
      const which = random.below(2);
      const victim = living[which];
      if (victim === undefined) throw new Error('there are two processes');
      const after = random.below(150);
      await victim.said.until((notes) => notes.length > after);
      await victim.kill();
      note(victim);
      living[which] = new StormProcess(db.url, ++seed);
    }
    await Promise.all(living.map(({ said }) => said.until((notes) => notes.length === 151)));
    const rows = async (sql: string) => (await db.pool.query(sql)).rows as unknown[];
    const left = `select stream, seq from event except all select stream, seq from seen`;
    await expect.poll(() => rows(left), { timeout: 60_000 }).toEqual([]);
    for (const each of living) {
      await each.kill();
      note(each);
    }

    expect(
      await rows('select stream, seq from seen except all select stream, seq from event'),
    ).toEqual([]);
    const disorder = `select stream from
      (select stream, seq, lag(seq, 1, 0::bigint) over (partition by stream order by at) as before from seen)
      where seq <> before + 1`;
    expect(await rows(disorder)).toEqual([]);
    const { rows: kept } = await db.pool.query<{ what: string }>(
      `select stream || '/' || seq as what from event`,
    );
    const log = new Set(kept.map(({ what }) => what));
    expect(acknowledged.filter((each) => !log.has(each))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  }, 7_200_000);
});
