import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom, type TenantId } from '@holdfast/kernel';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../bodies/key-ring.ts';
import { formatRing, parseRing } from '../bodies/ring-text.ts';
import { bodySealing, seal, unseal } from '../bodies/seal.ts';
import { loadOrCreateLogKeys } from '../keys/key-files.ts';
import { ensureRingFile, ringCommand, ringFile, ringText } from './key-ring-sources.ts';

const tenant = 1 as TenantId;
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'key-ring-')), 'keys');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

describe('LED-17 what is sealed opens at its own place only', () => {
  const place = {
    tenant,
    keyTag: Buffer.from('tag of twelve'),
    auditId: '01935b1e-7a54-7c2e-9d3f-0a4b5c6d7e8f',
  };
  const others = [
    { ...place, tenant: 2 as TenantId },
    { ...place, keyTag: Buffer.alloc(0) },
    { ...place, auditId: '01935b1e-7a54-7c2e-9d3f-0a4b5c6d7e80' },
  ];

  it('a body, with another tenant, key or record; or changed in any bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (plain, at) => {
        const sealed = seal(plain, bodySealing(place, keyOf(1)));
        expect(unseal(sealed, bodySealing(place, keyOf(1)))).toEqual(Buffer.from(plain));
        expect(unseal(sealed, bodySealing(place, keyOf(2)))).toBeNull();
        for (const other of others) {
          expect(unseal(sealed, bodySealing(other, keyOf(1)))).toBeNull();
        }
        const bit = at % (sealed.length * 8);
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(unseal(sealed, bodySealing(place, keyOf(1)))).toBeNull();
      }),
    );
  });

  it('a wrapped key, with another tenant, patient or number', () => {
    const ring = new KeyRing(new Map([[1, keyOf(1)]]));
    const at = { tenant, keyTag: place.keyTag, keyId: '-7' };
    const wrapped = ring.wrap(keyOf(9), at, systemRandom);
    expect(wrapped).toHaveLength(62);
    expect(ring.unwrap(wrapped, at)).toEqual(Buffer.from(keyOf(9)));
    expect(ring.unwrap(wrapped, { ...at, tenant: 2 as TenantId })).toBeNull();
    expect(ring.unwrap(wrapped, { ...at, keyTag: Buffer.alloc(0) })).toBeNull();
    expect(ring.unwrap(wrapped, { ...at, keyId: '7' })).toBeNull();
  });
});

describe('a key ring', () => {
  it('wraps by its greatest version and opens by any it holds', async () => {
    let keys = new Map([[1, keyOf(1)]]);
    const ring = await KeyRing.open({ load: async () => keys });
    const at = { tenant, keyTag: Buffer.alloc(0), keyId: '1' };
    const first = ring.wrap(keyOf(9), at, systemRandom);
    keys = new Map([...keys, [2, keyOf(2)]]);
    await ring.reload();
    const second = ring.wrap(keyOf(9), at, systemRandom);
    for (const wrapped of [first, second]) expect(ring.unwrap(wrapped, at)?.[0]).toBe(9);
    expect([first.readUInt16BE(), second.readUInt16BE()]).toEqual([1, 2]);
    keys = new Map([[2, keyOf(2)]]);
    await ring.reload();
    expect(() => ring.unwrap(first, at)).toThrow('LED_RING_LACKS_VERSION');
  });

  it('reads what it writes, and nothing else', () => {
    const keys = new Map([
      [1, keyOf(1)],
      [12, keyOf(2)],
    ]);
    const text = formatRing(keys);
    const read = parseRing(`# ours\n${text}`);
    expect(read.ok && [...read.value].map(([version, key]) => [version, key[0]])).toEqual([
      [1, 1],
      [12, 2],
    ]);
    expect(parseRing(text.replaceAll('\n', ';')).ok).toBe(true);
    for (const bad of ['', '1 c2hvcnQ=', `${text}${text}`, `x${text}`, '{"1": "a"}']) {
      expect(parseRing(bad)).toEqual({ ok: false, error: 'malformed-ring' });
    }
    expect(() => new KeyRing(new Map([[0, keyOf(1)]]))).toThrow('LED_RING_UNREADABLE');
    expect(() => new KeyRing(new Map([[65_536, keyOf(1)]]))).toThrow('LED_RING_UNREADABLE');
  });

  it('in a file is made once, however many start, and never beside keys of a log', async () => {
    const rings = await Promise.all([1, 2, 3].map(() => ensureRingFile(directory)));
    const texts = new Set<string>();
    for (const ring of rings) texts.add(formatRing(await ring.load()));
    expect(texts.size).toBe(1);
    expect(await readdir(directory)).toEqual(['audit-key-ring']);
    const path = join(directory, 'audit-key-ring');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o640);
    await expect(ringFile(directory).load()).rejects.toMatchObject({ code: 'LED_RING_UNREADABLE' });
    await loadOrCreateLogKeys(directory, 'log.example/audit');
    await rm(path);
    const lost = await ensureRingFile(directory);
    await expect(lost.load()).rejects.toMatchObject({ code: 'LED_RING_UNREADABLE' });
  });

  it('in a file gets a version, and loses one, but never its last', async () => {
    const ring = await ensureRingFile(directory);
    expect(await ring.add()).toBe(2);
    expect([...(await ring.load()).keys()]).toEqual([1, 2]);
    await ring.remove(1);
    expect([...(await ring.load()).keys()]).toEqual([2]);
    await expect(ring.remove(2)).rejects.toMatchObject({ code: 'LED_RING_IN_USE' });
    expect(await readdir(directory)).toEqual(['audit-key-ring']);
  });

  it('comes from the environment or a command; what fails is refused without its output', async () => {
    const text = formatRing(new Map([[3, keyOf(3)]]));
    expect([...(await ringText(text).load()).keys()]).toEqual([3]);
    const file = join(directory, '..', 'ring');
    await writeFile(file, text);
    expect([...(await ringCommand(`cat ${file}`).load()).keys()]).toEqual([3]);
    const failing = ringCommand(`cat ${file} /nonexistent-secret`).load();
    await expect(failing).rejects.toMatchObject({ code: 'LED_RING_UNREADABLE' });
    await expect(failing).rejects.not.toThrow('nonexistent-secret');
  });
});
