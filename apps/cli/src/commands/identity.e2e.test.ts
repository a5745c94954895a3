import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MatchParameters, MatchReport } from '@holdfast/identity';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];
const GIVEN = ['ada', 'bruno', 'chandra', 'dilek', 'emeka', 'fatima', 'goran', 'hanna', 'ivo'];
const FAMILY = ['okafor', 'lindqvist', 'moreau', 'tanaka', 'novak', 'haddad', 'silva', 'kaya'];

/** A quoted name, a family with two of one identifier, and each third person written down twice. */
function table(): string {
  const lines = ['rec_id,given_name,surname,dob,mrn,city,person'];
  for (let at = 0; at < 120; at++) {
    const day = String(1 + (at % 28)).padStart(2, '0');
    const born = `${1940 + (at % 60)}-0${1 + (at % 9)}-${day}`;
    const family = FAMILY[(at * 3 + Math.floor(at / 9)) % FAMILY.length] ?? '';
    const rest = `${born},${70_000 + at * 31},"town, ${at % 11}",p${at}`;
    const given = GIVEN[at % GIVEN.length] ?? '';
    lines.push(`r${at},${given},${family},${rest}`);
    if (at % 3 === 0) lines.push(`r${at}b,${given},${family}e,${rest}`);
  }
  return `${lines.join('\n')}\n`;
}

describe('holdfast identity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('people.csv'), table());
  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [...FLAGS, PROGRAM, 'identity', ...args], (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });

  it('trains, judges by the truth with what it kept, and groups', async () => {
    const trained = await run('train', file('people.csv'), '--out', file('kept.json'));
    expect(trained.code, trained.err).toBe(0);
    const kept = JSON.parse(readFileSync(file('kept.json'), 'utf8')) as MatchParameters;
    expect([kept.format, kept.records]).toEqual(['holdfast-identity-parameters', 160]);

    const with_ = ['--parameters', file('kept.json')];
    const judged = await run(
      ...['evaluate', file('people.csv'), '--person', 'person', '--json', ...with_],
      ...['--html', file('report.html')],
    );
    expect(judged.code, judged.err).toBe(0);
    const report = JSON.parse(judged.out) as MatchReport;
    expect(report.truth?.truePairs).toBe(40);
    expect(report.truth?.autoLink).toEqual({ precision: 1, recall: 1 });
    expect(readFileSync(file('report.html'), 'utf8')).toContain('<svg ');

    const grouped = await run(
      ...['dedupe', file('people.csv'), '--groups', file('groups.csv'), ...with_],
      ...['--reviews', file('reviews.csv')],
    );
    expect(grouped.code, grouped.err).toBe(0);
    const lines = readFileSync(file('groups.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(81);
    expect(lines).toContain('r3b,r3');
  });

  it('keeps apart what a steward told apart', async () => {
    writeFileSync(file('facts.csv'), 'r3,r3b,different\n');
    const groups = ['--groups', file('apart.csv'), '--facts', file('facts.csv')];
    const { code, err } = await run('dedupe', file('people.csv'), ...groups);
    expect(code, err).toBe(0);
    expect(readFileSync(file('apart.csv'), 'utf8')).not.toContain('r3b');
  });

  it.each([
    [['train', 'nowhere.csv', '--out', 'x'], 'No file matches nowhere.csv.'],
    [['evaluate', file('people.csv'), '--person', 'who'], 'There is no column who.'],
    [['dedupe', file('people.csv'), '--groups', 'x', '--column', 'dob=day'], 'COLUMN=KIND'],
    [
      ['evaluate', file('people.csv'), '--person', 'person', '--parameters', file('people.csv')],
      'It is not JSON.',
    ],
  ])('refuses %j by name', async (args, words) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});
