import { resolve } from 'node:path';
import {
  type LoadStage,
  populateInstallation,
  type StoreLoaded,
  type StorePlan,
} from '@holdfast/server';
import { databaseUrlIn } from '../database-address.ts';
import { keyRingSetting } from '../key-ring-setting.ts';
import { Progress } from '../progress.ts';

/** Fills the store, and says how far it is on standard error. */
export async function intoStore(
  data: string,
  plan: StorePlan,
): Promise<StoreLoaded & { readonly seconds: number }> {
  const progress = new Progress(plan.patients, 'patients');
  const databaseUrl = databaseUrlIn(process.env);
  progress.start(databaseUrl === undefined ? `Loading into ${data}` : 'Loading into DATABASE_URL');
  const told = (stage: LoadStage, done: number): void => {
    if (stage === 'copy') progress.update(done, 'copied');
    else if (stage === 'index') process.stderr.write(`index ${done} built\n`);
    else process.stderr.write('gathering statistics\n');
  };
  const config = {
    dataDirectory: resolve(data),
    databaseUrl,
    keyRing: keyRingSetting(process.env),
    onProgress: (line: string) => process.stderr.write(`${line}\n`),
  };
  const loaded = await populateInstallation(config, plan, told);
  return { ...loaded, seconds: progress.seconds };
}
