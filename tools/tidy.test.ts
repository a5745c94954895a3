// Goal: the house rules of STYLE.md that a program can hold. Method: read every file git lists.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Lock, missingFromLock } from './complete-lock.mjs';
import { ADAPTERS, CORE_EXCEPTIONS, PURE_CORES } from './layers.ts';
import { sourceFiles } from './source-files.mjs';
import { LONG_FILES, REPEATING_TIMERS, SESSION_LOCKS, SLEEPERS } from './tidy-ratchet.ts';

const LINES_MAX = 400;
const LINES_MEDIAN_MAX = 130;
const COLUMNS_MAX = 120;
const SQL_COLUMNS_MAX = 140;

const isCode = (file: string) => /\.(ts|tsx|mts|mjs|cjs|js|sql|css)$/.test(file);
const isTest = (file: string) => /\.test\.tsx?$|\/testing\//.test(file);

const files = sourceFiles();
const code = files.filter((file) => isCode(file) && !file.startsWith('testdata/'));
const product = code.filter((file) => /^(packages|apps)\//.test(file) && !isTest(file));
const texts = new Map(code.map((file) => [file, readFileSync(file, 'utf8')]));
const textOf = (file: string) => texts.get(file) ?? readFileSync(file, 'utf8');

/** `file:line: text` of each line that matches. */
function findings(among: readonly string[], pattern: RegExp): string[] {
  return among.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  );
}

const linesOf = (file: string) => textOf(file).trimEnd().split('\n').length;

describe('sizes', () => {
  it('no file is beyond 400 lines, except those of the shrinking list', () => {
    const long = code.filter((file) => linesOf(file) > LINES_MAX && !isTest(file));
    expect(Object.fromEntries(long.map((file) => [file, linesOf(file)]))).toEqual(LONG_FILES);
  });

  it('the median file stays near 100 lines', () => {
    const sorted = product.map(linesOf).sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(50);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(LINES_MEDIAN_MAX);
  });

  it('no line is beyond 120 columns, of SQL 140, literals aside', () => {
    const literals = /'[^']*'|"[^"]*"|`[^`]*`|https?:\/\/\S+/g;
    const wide = code.flatMap((file) => {
      const columnsMax = file.endsWith('.sql') ? SQL_COLUMNS_MAX : COLUMNS_MAX;
      return textOf(file)
        .split('\n')
        .flatMap((line, i) => (line.length > columnsMax ? [{ line, at: `${file}:${i + 1}` }] : []))
        .filter(({ line }) => line.replaceAll(literals, '').length > columnsMax)
        .map(({ at }) => at);
    });
    expect(wide).toEqual([]);
  });

  it('an index only re-exports', () => {
    const indexes = product.filter((file) => /^packages\/[^/]+\/src\/index\.ts$/.test(file));
    const statements =
      /^(?!\s*(\/?\*|\/\/|export \{|export type \{|export (type )?\*|\} from|[\w, ]+,?$)).+/;
    const strays = findings(indexes, /\S/)
      .map((finding) => finding.slice(finding.indexOf(': ') + 2))
      .filter((line) => statements.test(line) && !/^(type )?\w+( as \w+)?,$/.test(line));
    expect(indexes.length).toBeGreaterThan(10);
    expect(strays).toEqual([]);
  });
});

describe('names', () => {
  it('no file has a name that says nothing', () => {
    const empty = /^(utils?|helpers?|common|misc|shared|manager|types|interfaces|constants)\./;
    expect(code.filter((file) => empty.test(basename(file)))).toEqual([]);
  });

  it('no file knows a machine: paths are relative to the repository', () => {
    // Written so that this file does not find itself.
    const places = ['work', 'home', 'Users', 'root'].map((top) => `/${top}/[\\w.-]`);
    const own = ['tools/tidy.test.ts'];
    const text = files.filter((file) => isCode(file) || /\.(md|json|ya?ml|sh)$|^\.ci\//.test(file));
    const among = text.filter((file) => !own.includes(file) && !file.startsWith('testdata/'));
    expect(findings(among, new RegExp(`(^|[\\s'"\`(=])(${places.join('|')})`))).toEqual([]);
  });
});

describe('the lock file', () => {
  it('holds the packages of every platform, or `npm ci` refuses it', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
    expect(Object.keys(lock.packages).length).toBeGreaterThan(300);
    const missing = missingFromLock(lock).map(({ name }) => name);
    expect(missing, 'run: node tools/complete-lock.mjs').toEqual([]);
  });
});

describe('leftovers', () => {
  it('nothing is marked as unfinished', () => {
    const marks = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'];
    expect(findings(code, new RegExp(`\\b(${marks.join('|')})\\b`))).toEqual([]);
  });

  it('the compiler is never silenced, and a silenced lint rule states its reason', () => {
    const silenced = new RegExp('@ts-' + '(ignore|nocheck|expect-error)');
    expect(findings(code, silenced)).toEqual([]);
    const disabled = findings(code, new RegExp('(ox|es)lint-' + 'disable'));
    expect(disabled.filter((finding) => !/disable\S* \S+.* -- \S+/.test(finding))).toEqual([]);
  });
});

describe('time', () => {
  it('nothing polls: a repeating timer is listed with its reason', () => {
    const used = product.filter((file) => /\bsetInterval\(/.test(textOf(file)));
    expect(used).toEqual(Object.keys(REPEATING_TIMERS));
  });

  it('nothing polls: a file that sleeps is listed with what it waits for', () => {
    const sleeps = /from 'node:timers\/promises'|new Promise\(\(?\w*\)? => setTimeout\(/;
    const used = product
      .filter((file) => !file.startsWith('packages/testkit/'))
      .filter((file) => sleeps.test(textOf(file)));
    expect(used).toEqual(Object.keys(SLEEPERS).sort());
  });

  it('no pooled connection keeps a lock after an error: one of a session is listed', () => {
    const taken = /\bpg_(try_)?advisory_lock(_shared)?\(/;
    const used = product.filter((file) => taken.test(textOf(file)));
    expect(used).toEqual(Object.keys(SESSION_LOCKS));
  });

  it('no core reads the clock, draws a random number or knows the environment', () => {
    const adapters = new RegExp(ADAPTERS);
    const cores = product.filter(
      (file) =>
        PURE_CORES.some((workspace) => file.startsWith(`${workspace}/src/`)) &&
        !adapters.test(file) &&
        CORE_EXCEPTIONS[file] === undefined,
    );
    expect(cores.length).toBeGreaterThan(50);
    const ambient =
      /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|process\.(env|argv|pid|hrtime|on)\b)/;
    expect(findings(cores, ambient)).toEqual([]);
  });

  it('only applications read the environment', () => {
    const libraries = product.filter(
      (file) => file.startsWith('packages/') && !file.startsWith('packages/testkit/'),
    );
    expect(findings(libraries, /\bprocess\.env\b/)).toEqual([]);
  });

  it('every named exception is a file that exists', () => {
    expect(Object.keys(CORE_EXCEPTIONS).filter((file) => !files.includes(file))).toEqual([]);
  });
});
