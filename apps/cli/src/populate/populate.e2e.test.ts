import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-populate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function populate(...args: string[]) {
  const env = { PATH: process.env['PATH'], HOME: tmpdir() };
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, 'populate', ...args], { env });
  let [said, answered] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answered += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said, answered };
}

const contentOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const raw = readFileSync(file);
        const text = (entry.name.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
        return [file.slice(directory.length + 1).replace(/\.gz$/, ''), text];
      }),
  );

describe('populate to files', () => {
  it('writes the same bytes again, and goes on where it was stopped', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const args = ['--patients', '2600', '--seed', '5'];
    const first = await populate(...args, '--out', one, '--json');
    expect(first.code).toBe(0);
    const summary = JSON.parse(first.answered) as Record<string, number>;
    expect(summary['resources']).toBeGreaterThan(2_600 * 6);
    expect(summary['rssMb']).toBeGreaterThan(0);

    expect((await populate(...args, '--out', two)).code).toBe(0);
    const whole = contentOf(two);
    expect(whole).toEqual(contentOf(one));
    expect(Object.keys(whole)).toContain('part-00001/Patient.ndjson');

    // As a kill leaves it: one part is there, the other was being written.
    renameSync(join(two, 'part-00001'), join(two, 'part-00001.partial'));
    rmSync(join(two, 'part-00001.partial', 'Patient.ndjson'));
    const resumed = await populate(...args, '--out', two, '--json');
    expect(JSON.parse(resumed.answered)).toMatchObject({ kept: 2_500 });
    expect(contentOf(two)).toEqual(whole);
  });

  it('writes transactions, compressed on demand', async () => {
    const out = join(folder, 'bundles');
    const { code } = await populate(
      '--patients',
      '60',
      '--out',
      out,
      '--format',
      'bundles',
      '--gzip',
    );
    expect(code).toBe(0);
    const files = contentOf(out);
    expect(Object.keys(files).sort()).toEqual([
      'manifest.json',
      'part-00000/1-practices.json',
      'part-00000/2-patients-00.json',
      'part-00000/2-patients-01.json',
      'part-00000/accounts.ndjson',
      'part-00000/duplicates.ndjson',
    ]);
    const bundle = JSON.parse(files['part-00000/2-patients-01.json'] ?? '') as { entry: unknown[] };
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'transaction' });
    expect(bundle.entry.length).toBeGreaterThanOrEqual(50);
  });

  it('says beforehand how much disk it takes', async () => {
    const out = join(folder, 'estimated');
    const args = ['--patients', '500', '--json'];
    const { answered } = await populate(...args, '--estimate');
    const { bytes } = JSON.parse(answered) as { bytes: Record<string, number> };
    const written = await populate(...args, '--out', out);
    const { bytes: real } = JSON.parse(written.answered) as { bytes: number };
    expect(bytes['ndjson'] ?? 0).toBeGreaterThan(real * 0.9);
    expect(bytes['ndjson'] ?? 0).toBeLessThan(real * 1.1);
    expect((await populate('--patients', '1000000', '--estimate')).answered).toContain(' GB');
  });

  it('refuses a folder of another population, a day that is none, and no place to go', async () => {
    const out = join(folder, 'other');
    mkdirSync(out);
    expect((await populate('--patients', '10', '--out', out)).code).toBe(0);
    const refused = await populate('--patients', '10', '--out', out, '--seed', '2');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.said).toContain('holds another population');
    expect(await populate('--as-of', 'soon', '--out', out)).toMatchObject({ code: 2 });
    expect(await populate('--patients', '10')).toMatchObject({ code: 2 });
  });
});
