import { describe, expect, it } from 'vitest';
import { WriteQueue } from './write-queue.ts';

const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('the queue of writers', () => {
  it('lets writers of one name go one after the other, in the order they came', async () => {
    const queue = new WriteQueue();
    const { open, opened } = gate();
    const order: string[] = [];
    const run = (who: string, names: string[], wait?: Promise<void>) =>
      queue.run(names, async () => {
        await wait;
        order.push(who);
      });
    const all = [
      run('first', ['a'], opened),
      run('second', ['a', 'b']),
      run('third', ['b']),
      run('free', ['c']),
    ];
    await all[3];
    expect(order).toEqual(['free']);
    open();
    await Promise.all(all);
    expect(order).toEqual(['free', 'first', 'second', 'third']);
  });

  it('goes on after a writer that failed, and forgets names that nobody holds', async () => {
    const queue = new WriteQueue();
    const failed = queue.run(['a'], async () => Promise.reject(new Error('no')));
    const next = queue.run(['a'], async () => 'done');
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('done');
    expect(queue.size).toBe(0);
  });
});
