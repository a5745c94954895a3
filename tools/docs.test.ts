// Goal: what the guides say is there. Method: hold every link and every setting against the files.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KNOWN_SETTINGS } from '../apps/cli/src/settings/known-settings.ts';
import { ROOT } from './run-program.mjs';
import { sourceFiles } from './source-files.mjs';

const files = sourceFiles();
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const pages = files.filter((file) => file.endsWith('.md'));

/** `[text](target)` outside of code. */
function linksOf(page: string): string[] {
  const prose = textOf(page).replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** A heading's anchor, as the usual hosts make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

function anchorsOf(page: string): string[] {
  const headings = textOf(page).match(/^#{1,6} .*$/gm) ?? [];
  return headings.map((heading) => anchorOf(heading.replace(/^#+ /, '')));
}

function isDead(page: string, link: string): boolean {
  if (/^(?:https?:|mailto:)/.test(link)) return false;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

const READ = /\benv(?:ironment)?(?:\.|\[['"]|\(['"])([A-Z][A-Z0-9_]+)\b/g;
/** Set by the system or by npm, and read as they are. */
const SYSTEM = new Set(['PATH', 'TERM', 'HOME']);

const programs = files.filter((file) => /\.(?:ts|tsx|mjs)$/.test(file)).map(textOf);

function settingsRead(): string[] {
  const names = programs.flatMap((text) => [...text.matchAll(READ)].map((match) => match[1] ?? ''));
  return [...new Set(names)].filter((name) => !SYSTEM.has(name));
}

describe('the guides', () => {
  it('link only to what is there', () => {
    expect(pages.length).toBeGreaterThan(20);
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => isDead(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).toEqual([]);
  });

  it('name every setting that is read, and none that is not', () => {
    const documented = new Set(textOf('docs/configuration.md').match(/`[A-Z][A-Z0-9_]+`/g) ?? []);
    expect(settingsRead()).toContain('DATABASE_URL');
    expect(settingsRead().filter((name) => !documented.has(`\`${name}\``))).toEqual([]);
    const ours = [...documented].map((name) => name.slice(1, -1)).filter((n) => n.includes('_'));
    const isRead = (name: string) => programs.some((text) => text.includes(`'${name}'`));
    expect(ours.filter((name) => !isRead(name))).toEqual([]);
  });

  it('name the settings that the commands know, and no other', () => {
    const documented = textOf('docs/configuration.md').match(/`HOLDFAST_[A-Z0-9_]+`/g) ?? [];
    const names = [...new Set(documented.map((name) => name.slice(1, -1)))].sort();
    expect([...KNOWN_SETTINGS].sort()).toEqual(names);
  });
});
