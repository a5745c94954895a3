// Goal: the architecture is said once. Method: `layers.ts` against every other place that says it.

import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAYERS, npmName, TEST_ONLY, type Workspace } from './layers.ts';

const workspaces = Object.keys(LAYERS) as Workspace[];
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown;

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}

interface Project {
  compilerOptions?: { composite?: boolean };
  references?: { path: string }[];
}

/** The console is built by Vite; its compiler settings check types only. */
function isPartOfBuild(workspace: Workspace): boolean {
  const path = `${workspace}/tsconfig.json`;
  if (!existsSync(path)) return false;
  return (readJson(path) as Project).compilerOptions?.composite !== false;
}

describe.each(workspaces)('%s', (workspace) => {
  const allowed: readonly string[] = LAYERS[workspace];

  it('declares no dependency on a workspace that it may not import', () => {
    const manifest = readJson(`${workspace}/package.json`) as Manifest;
    const declared = Object.keys(manifest.dependencies ?? {}).filter((name) =>
      name.startsWith('@holdfast/'),
    );
    expect(manifest.name).toBe(npmName(workspace));
    expect(declared.filter((name) => !allowed.map(npmName).includes(name))).toEqual([]);
  });

  if (!isPartOfBuild(workspace)) return;

  it('references in tsconfig.json what package.json declares', () => {
    const manifest = readJson(`${workspace}/package.json`) as Manifest;
    const project = readJson(`${workspace}/tsconfig.json`) as Project;
    const declared = workspaces.filter((each) => npmName(each) in (manifest.dependencies ?? {}));
    const referenced = (project.references ?? [])
      .map(({ path }) => posix.join(workspace, path).replace(/\/tsconfig\.json$/, ''))
      .filter((path) => path !== workspace && !path.startsWith(`${workspace}/`));
    expect(referenced.sort()).toEqual(declared.sort());
  });
});

describe('the table', () => {
  it('has no cycle: each row uses rows above it only', () => {
    const above = new Set<string>();
    for (const workspace of workspaces) {
      const below = LAYERS[workspace].filter((used) => !above.has(used));
      expect(below, workspace).toEqual([]);
      above.add(workspace);
    }
  });

  it('is what ARCHITECTURE.md draws, without the arrows that follow from others', () => {
    const diagram = /```mermaid\n(?<drawn>graph[^`]*)```/.exec(
      readFileSync('ARCHITECTURE.md', 'utf8'),
    )?.groups?.['drawn'];
    const drawn = [...(diagram ?? '').matchAll(/^ *([\w-]+) --> ([\w-]+)$/gm)].map(
      ([, from, to]) => `${from} --> ${to}`,
    );
    expect(drawn.sort()).toEqual(reducedArrows().sort());
  });
});

const published = workspaces.filter(
  (each) => each.startsWith('packages/') && !TEST_ONLY.includes(each),
);

describe.each(published)('%s/README.md', (each) => {
  it('states numbered invariants', () => {
    expect(existsSync(`${each}/README.md`), `${each}/README.md is missing`).toBe(true);
    expect(readFileSync(`${each}/README.md`, 'utf8')).toMatch(/\b[A-Z]{2,4}-1\b/);
  });
});

/** The transitive reduction: an arrow that a longer way implies is not drawn. */
function reducedArrows(): string[] {
  const short = (workspace: string) => workspace.slice(workspace.lastIndexOf('/') + 1);
  return workspaces.flatMap((from) => {
    const direct: readonly Workspace[] = LAYERS[from];
    const implied = new Set(direct.flatMap((used) => [...reach(used)]));
    return direct
      .filter((used) => !implied.has(used))
      .map((used) => `${short(from)} --> ${short(used)}`);
  });
}

function reach(from: Workspace): Set<Workspace> {
  const direct: readonly Workspace[] = LAYERS[from];
  return new Set(direct.flatMap((used) => [used, ...reach(used)]));
}
