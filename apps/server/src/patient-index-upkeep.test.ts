import { systemRandom, type TenantId } from '@holdfast/kernel';
import { createLogKeys, formatCheckpoint, signNote } from '@holdfast/ledger';
import { expect, it, vi } from 'vitest';
import { INDEX_BEHIND_MOST } from './limits.ts';
import { PatientIndexUpkeep } from './patient-index-upkeep.ts';

const signer = createLogKeys(systemRandom).signerOf(1 as TenantId);
const noteOf = (size: number): string =>
  signNote(formatCheckpoint({ origin: signer.name, size, root: new Uint8Array(32) }), [signer]);

it('indexes once many records are behind, one run at a time, and tries again after a failure', async () => {
  const ends: ((failed?: Error) => void)[] = [];
  const troubles: unknown[] = [];
  const commit = vi.fn<() => Promise<void>>(
    () =>
      new Promise((resolve, reject) => {
        ends.push((failed) => (failed === undefined ? resolve() : reject(failed)));
      }),
  );
  const upkeep = new PatientIndexUpkeep({ commit, trouble: (error) => troubles.push(error) });
  const end = async (failed?: Error) => {
    ends.at(-1)?.(failed);
    await Promise.resolve().then(() => undefined);
    await new Promise((settled) => setImmediate(settled));
  };
  upkeep.signed(noteOf(INDEX_BEHIND_MOST - 1));
  upkeep.signed('no note');
  expect(commit).toHaveBeenCalledTimes(0);
  upkeep.signed(noteOf(INDEX_BEHIND_MOST));
  upkeep.signed(noteOf(3 * INDEX_BEHIND_MOST));
  expect(commit).toHaveBeenCalledTimes(1);
  await end(new Error('away'));
  expect(troubles).toHaveLength(1);
  upkeep.signed(noteOf(INDEX_BEHIND_MOST + 1));
  expect(commit).toHaveBeenCalledTimes(2);
  await end();
  upkeep.signed(noteOf(2 * INDEX_BEHIND_MOST));
  expect(commit).toHaveBeenCalledTimes(2);
  upkeep.signed(noteOf(2 * INDEX_BEHIND_MOST + 1));
  expect(commit).toHaveBeenCalledTimes(3);
  const stopping = upkeep.stop();
  await end();
  await stopping;
  upkeep.signed(noteOf(9 * INDEX_BEHIND_MOST));
  expect(commit).toHaveBeenCalledTimes(3);
});
