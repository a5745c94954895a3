import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateLogKeys } from './key-files.ts';

const tenant = 1 as TenantId;
let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'log-keys-')), 'keys');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

const load = () => loadOrCreateLogKeys(directory, 'clinic.example/audit');

describe('the log’s key files', () => {
  it('are made once, for their owner only, and read back the same', async () => {
    const made = await load();
    const read = await load();
    expect(read.verifierKeyOf(tenant)).toBe(made.verifierKeyOf(tenant));
    expect(made.verifierKeyOf(tenant)).toMatch(/^clinic\.example\/audit\/1\+[0-9a-f]{8}\+A/);
    const tagged = { kind: 'patient', tenant, value: 'p' } as const;
    expect(read.tagKey.tag(tagged)).toEqual(made.tagKey.tag(tagged));
    const names = await readdir(directory);
    expect(names).toHaveLength(2);
    for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it.each(['log-signing.key', 'log-tags.key'])(
    'are refused when %s is missing, damaged or open to others, and never made anew',
    async (name) => {
      await load();
      const path = join(directory, name);
      await chmod(path, 0o640);
      await expect(load()).rejects.toMatchObject({ code: 'LED_KEYS_UNREADABLE' });
      await chmod(path, 0o600);
      await writeFile(path, 'c2hvcnQ=\n');
      await expect(load()).rejects.toMatchObject({ code: 'LED_KEYS_UNREADABLE' });
      await rm(path);
      await expect(load()).rejects.toMatchObject({ code: 'LED_KEYS_UNREADABLE' });
    },
  );

  it('are one pair, however many processes start at once', async () => {
    const all = await Promise.all([load(), load(), load()].map((each) => each.catch(() => null)));
    const keys = new Set(all.flatMap((each) => each?.verifierKeyOf(tenant) ?? []));
    expect(keys.size).toBe(1);
    expect([...keys][0]).toBe((await load()).verifierKeyOf(tenant));
  });
});
