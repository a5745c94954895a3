import { describe, expect, it } from 'vitest';
import { ASYNC_BUNDLES_KEPT, ASYNC_BUNDLES_MAX } from '../limits.ts';
import { AsyncBundles } from './async-bundles.ts';

function job() {
  let finish: (text: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const result = new Promise<string>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { run: () => result, finish, fail };
}

describe('asynchronous bundles', () => {
  it('run one after the other, and only their sender finds them', async () => {
    const bundles = new AsyncBundles();
    const [first, second] = [job(), job()];
    bundles.start('1', 'a', first.run);
    bundles.start('2', 'a', second.run);
    expect([bundles.state('1', 'a')?.kind, bundles.state('2', 'a')?.kind]).toEqual([
      'running',
      'waiting',
    ]);
    expect(bundles.state('1', 'b')).toBeUndefined();
    expect(bundles.forget('1', 'b')).toBe(false);
    first.finish('done');
    await expect.poll(() => bundles.state('2', 'a')?.kind).toBe('running');
    expect(bundles.state('1', 'a')).toEqual({ kind: 'done', text: 'done' });
    second.fail(new Error('no'));
    await expect.poll(() => bundles.state('2', 'a')?.kind).toBe('failed');
    expect(bundles.forget('1', 'a')).toBe(true);
    expect(bundles.state('1', 'a')).toBeUndefined();
  });

  it('are refused beyond the limit, and taken again when one is done', async () => {
    const bundles = new AsyncBundles();
    const jobs = Array.from({ length: ASYNC_BUNDLES_MAX }, job);
    jobs.forEach(({ run }, i) => bundles.start(`${i}`, 'a', run));
    const more = () => bundles.start('more', 'a', async () => '');
    expect(more).toThrow('SERVER_BUSY');
    jobs[0]?.finish('');
    await expect.poll(() => bundles.state('0', 'a')?.kind).toBe('done');
    expect(more).not.toThrow();
  });

  it('that are done are forgotten, the oldest first, when there are many', async () => {
    const bundles = new AsyncBundles();
    for (let i = 0; i <= ASYNC_BUNDLES_KEPT; i++) {
      bundles.start(`${i}`, 'a', async () => '');
      await expect.poll(() => bundles.state(`${i}`, 'a')?.kind).toBe('done');
    }
    expect(bundles.state('0', 'a')).toBeUndefined();
    expect(bundles.state('1', 'a')?.kind).toBe('done');
  });
});
