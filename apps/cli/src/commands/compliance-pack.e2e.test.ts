// Goal: issue 8, evidence packs. Method: a whole server and the program itself; then the files alone,
// tampered with in every part that means something.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { EvidencePack, PackEntry, PackFinding, PackVerdict } from '@holdfast/compliance';
import type { TenantId } from '@holdfast/kernel';
import { loadLogKeys, nodeTreeHasher, verifyTlogProof } from '@holdfast/ledger';
import { LOG_ORIGIN, startServer } from '@holdfast/server';
import { chromiumPath } from '@holdfast/testkit';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPack } from '../evidence/check-pack.ts';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];
const tenant = 1 as TenantId;
const directory = mkdtempSync(join(tmpdir(), 'holdfast-packs-'));
const dataDirectory = join(directory, 'data');
let server: Awaited<ReturnType<typeof startServer>>;
let key: string;
let pack: EvidencePack;

beforeAll(async () => {
  server = await startServer({
    ...{ host: '127.0.0.1', port: 0, dataDirectory, databaseUrl: undefined, environment: 'test' },
    ...{ demo: true, witnesses: [], organisation: undefined, subscriptions: undefined },
    ...{ publicUrl: undefined, logLevel: 'silent', embeddedSettings: { fsync: 'off' } },
    onProgress: () => undefined,
  });
  key = (await loadLogKeys(join(dataDirectory, 'keys'), LOG_ORIGIN)).verifierKeyOf(tenant);
  await fhir('clinician', '/Patient/ada-demo');
  await fhir('clinician', '/Observation?patient=ada-demo&_count=2');
  await fhir('patient', '/Patient/ada-demo');
  await emergency();
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

async function call(persona: string, path: string, body?: object): Promise<Response> {
  const token = await fetch(`${server.url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
  const init = body && { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${server.url}${path}`, { ...init, headers });
  expect([path, answer.status]).toEqual([path, 200]);
  return answer;
}

const fhir = (persona: string, path: string) => call(persona, `/fhir/R4${path}`);

/** Opened by somebody whom the patient's consent keeps out, used, and not reviewed yet. */
async function emergency(): Promise<void> {
  const asked = await call('second-clinician', '/consent/break-glass', {
    patient: 'ada-demo',
    reason: 'Found unconscious <b>at home</b>',
  });
  const { id } = (await asked.json()) as { id: string };
  await call('second-clinician', `/consent/break-glass/${id}/confirm`, {});
  await fhir('second-clinician', '/Patient/ada-demo');
}

async function run(...args: string[]) {
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), HOLDFAST_DATA: join(directory, 'none') };
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, ...args], { env });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

const make = (kind: string, ...args: string[]) =>
  run(
    ...['compliance', 'pack', kind, '--patient', 'ada-demo', '--server', server.url],
    ...['--out', join(directory, kind), ...args],
  );

describe('an evidence pack', () => {
  it.each(['accounting', 'accesses', 'break-glass'])(
    'of kind %s holds, and is a page',
    async (kind) => {
      const made = await make(kind, '--key', key);
      expect([made.code, made.said]).toEqual([0, expect.stringContaining('It holds:')]);
      const out = join(directory, kind);
      const page = readFileSync(join(out, 'pack.html'), 'utf8');
      expect(page).toContain('<html lang="en">');
      expect(page).not.toMatch(/<script|src=|href=/);
      const checked = await run('ledger', 'verify', out, '--key', key);
      expect([checked.code, checked.said]).toEqual([0, expect.stringContaining('The pack holds:')]);
      expect(checked.said).toContain('is the page of this pack');
    },
    60_000,
  );

  it('tells of emergency accesses what was done and who has yet to review, and shows no markup', () => {
    const { answer } = read('break-glass') as unknown as {
      answer: {
        unreviewed: number;
        emergencies: { steps: { step: string }[]; during: string[] }[];
      };
    };
    expect(answer.unreviewed).toBe(1);
    const [glass] = answer.emergencies;
    expect(glass?.steps.map(({ step }) => step)).toEqual(['ask', 'confirm']);
    expect(glass?.during).toHaveLength(1);
    const page = readFileSync(join(directory, 'break-glass', 'pack.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;at home&lt;/b&gt;');
  });

  it('has a receipt for each record it tells of, good without any of our rules', async () => {
    const receipts = join(directory, 'accesses', 'receipts');
    const names = readdirSync(receipts).filter((name) => name.endsWith('.tlog-proof'));
    const { accesses } = read('accesses').answer as { accesses: unknown[] };
    expect(names).toHaveLength(accesses.length);
    const verifier = (await loadLogKeys(join(dataDirectory, 'keys'), LOG_ORIGIN)).verifierOf(
      tenant,
    );
    for (const name of names) {
      const proof = readFileSync(join(receipts, name), 'utf8');
      const leaf = readFileSync(join(receipts, name.replace('.tlog-proof', '.leaf')));
      const verdict = await verifyTlogProof({ leaf, proof }, { verifier, hasher: nodeTreeHasher });
      expect([name, verdict.ok]).toEqual([name, true]);
    }
  });

  it('is not vouched for by the key in it', async () => {
    const { code, said } = await run('ledger', 'verify', join(directory, 'accesses'));
    expect([code, said]).toEqual([2, expect.stringContaining('cannot vouch')]);
  }, 30_000);
});

const read = (kind: string): EvidencePack =>
  JSON.parse(readFileSync(join(directory, kind, 'pack.json'), 'utf8')) as EvidencePack;

const browserPath = chromiumPath();

describe.skipIf(browserPath === undefined)('the page of a pack', () => {
  it.each(['light', 'dark'] as const)(
    'has no axe violations in %s, and prints',
    async (colorScheme) => {
      const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
      const browser = await chromium.launch({ executablePath: browserPath ?? '', args });
      try {
        const page = await (await browser.newContext({ colorScheme })).newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        for (const kind of ['accounting', 'accesses', 'break-glass']) {
          await page.goto(pathToFileURL(join(directory, kind, 'pack.html')).href);
          expect(complaints).toEqual([]);
          const { violations } = await new AxeBuilder({ page }).analyze();
          expect([kind, violations.map(({ id }) => id)]).toEqual([kind, []]);
          complaints.length = 0;
          await page.emulateMedia({ media: 'print' });
          expect((await page.pdf({ format: 'A4' })).subarray(0, 4).toString()).toBe('%PDF');
          await page.emulateMedia({ media: 'screen' });
        }
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});

describe('a pack that somebody changed', () => {
  beforeAll(() => {
    pack = read('accesses');
  });

  const withEntry = (at: number, change: (entry: PackEntry) => PackEntry): EvidencePack => ({
    ...pack,
    entries: pack.entries.map((entry, index) => (index === at ? change(entry) : entry)),
  });
  const without = (at: number): EvidencePack => ({
    ...pack,
    entries: pack.entries.filter((_, index) => index !== at),
  });
  const kindsOf = ({ findings }: PackVerdict) => findings.map(({ kind }) => kind);
  const answerWithout = (record: number): unknown => {
    const answer = pack.answer as { accesses: unknown[]; actors: number };
    return { ...answer, accesses: answer.accesses.filter((_, index) => index !== record) };
  };

  it.each<[string, () => EvidencePack, PackFinding['kind']]>([
    ['an access left out', () => ({ ...without(1), answer: answerWithout(1) }), 'not-complete'],
    ['the last one left out', () => without(pack.entries.length - 1), 'not-complete'],
    ['an answer shortened', () => ({ ...pack, answer: answerWithout(0) }), 'answer-altered'],
    [
      'another actor',
      () => withEntry(0, (e) => ({ ...e, actor: 'Practitioner/x' })),
      'body-altered',
    ],
    [
      'another time',
      () => withEntry(0, (e) => ({ ...e, leaf: e.leaf.replace(/"ts":"20\d\d/, '"ts":"1999') })),
      'not-in-the-log',
    ],
    [
      'another body',
      () =>
        withEntry(0, (e) => ({
          ...e,
          body: e.body && { ...e.body, text: e.body.text.replace('request', 'Request') },
        })),
      'body-altered',
    ],
    [
      'another position',
      () => withEntry(0, (e) => ({ ...e, position: e.position + 1 })),
      'wrong-position',
    ],
    [
      'another entry’s receipt',
      () => withEntry(0, (e) => ({ ...e, proof: pack.entries[1]?.proof ?? '' })),
      'not-in-the-log',
    ],
    [
      'another patient',
      () => ({ ...pack, question: { ...pack.question, patient: 'bo' } }),
      'other-patient',
    ],
    [
      'an index of another size',
      () => ({ ...pack, completeness: { ...pack.completeness, size: 1 } }),
      'not-complete',
    ],
    [
      'an entry told twice',
      () => ({ ...pack, entries: [...pack.entries, ...pack.entries.slice(-1)] }),
      'not-complete',
    ],
  ])('%s is found', async (_name, tampered, kind) => {
    expect(kindsOf(await checkPack(pack, key))).toEqual([]);
    const verdict = await checkPack(tampered(), key);
    expect([verdict.ok, kindsOf(verdict)]).toEqual([false, expect.arrayContaining([kind])]);
  });

  it('is found by the program too, as is a page of something else, and a file that is none', async () => {
    const out = join(directory, 'accesses');
    const file = join(out, 'pack.json');
    const [good, page] = [readFileSync(file, 'utf8'), readFileSync(join(out, 'pack.html'), 'utf8')];
    writeFileSync(join(out, 'pack.html'), page.replace('Accesses', 'No accesses'));
    const painted = await run('ledger', 'verify', file, '--key', key);
    expect([painted.code, painted.said]).toEqual([6, expect.stringContaining('is NOT the page')]);
    writeFileSync(file, JSON.stringify(without(0)));
    const cut = await run('ledger', 'verify', file, '--key', key, '--json');
    expect([cut.code, JSON.parse(cut.said)]).toMatchObject([6, { ok: false }]);
    writeFileSync(file, good.replace('"entries"', '"entrees"'));
    const none = await run('ledger', 'verify', file, '--key', key);
    expect([none.code, none.said]).toEqual([6, expect.stringContaining('is no evidence pack')]);
  }, 60_000);
});
