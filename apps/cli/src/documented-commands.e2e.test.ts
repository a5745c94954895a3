import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));
const ROOT = new URL('../../../', import.meta.url);
const USED = /(?:npx |`)holdfast ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?/g;

/** What the guides type, in code blocks and between backticks: command, and what may be its own. */
function documented(): (readonly [string, string | undefined])[] {
  const guides = readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md'));
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...guides.map((g) => `docs/${g}`)];
  const code = pages
    .map((page) => readFileSync(new URL(page, ROOT), 'utf8'))
    .flatMap((text) => text.match(/```[\s\S]*?```|`[^`\n]*`/g) ?? []);
  return code.flatMap((text) =>
    [...text.matchAll(USED)].map((match) => [match[1] ?? '', match[2]] as const),
  );
}

async function commandsOf(...path: string[]): Promise<Set<string>> {
  const args = ['--conditions=@holdfast/source', '--import', 'tsx', PROGRAM, ...path, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const listed = stdout.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '';
  return new Set([...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1] ?? ''));
}

describe('the guides', () => {
  it('list every command that there is', async () => {
    const table = readFileSync(new URL('docs/configuration.md', ROOT), 'utf8');
    const listed = [...table.matchAll(/^\| `holdfast ([a-z]+)/gm)].map((match) => match[1]);
    const top = await commandsOf();
    top.delete('help');
    expect(new Set(listed)).toEqual(top);
  });

  it('type only commands that there are', async () => {
    const used = documented();
    const top = await commandsOf();
    expect(new Set(used.map(([command]) => command)).size).toBeGreaterThan(5);
    expect(used.filter(([command]) => !top.has(command))).toEqual([]);
    const parents = [...new Set(used.flatMap(([command, own]) => (own ? [command] : [])))];
    const below = new Map(
      await Promise.all(parents.map(async (name) => [name, await commandsOf(name)] as const)),
    );
    // A command without own ones takes names, of personas or files.
    const unknown = used.filter(([command, own]) => {
      const names = below.get(command);
      return own !== undefined && names !== undefined && names.size > 0 && !names.has(own);
    });
    expect(unknown).toEqual([]);
  });
});
