import type { LoadAnswer, LoadAsk } from './load-protocol.ts';
import { type Loader, openLoader } from './open-loader.ts';

/**
 * A process of a load: the job first, then one batch at a time. It ends with the process that started
 * it, whose death closes the channel: what it had begun is undone by the database.
 */
let loader: Loader | undefined;

const say = (answer: LoadAnswer): void => {
  process.send?.(answer);
};

async function carryOut(ask: LoadAsk): Promise<void> {
  if (ask.kind === 'open') loader = await openLoader(ask.job);
  const resources = ask.kind === 'load' ? ((await loader?.load(ask.batch)) ?? 0) : 0;
  say({ kind: 'done', resources, rssBytes: process.memoryUsage.rss() });
}

process.on('message', (ask: LoadAsk) => {
  carryOut(ask).catch((error: Error) => {
    say({ kind: 'failed', message: error.stack ?? error.message });
  });
});
process.on('disconnect', () => process.exit());
