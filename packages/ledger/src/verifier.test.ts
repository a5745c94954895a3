import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const IMPORT = /from '([^']+)'/g;

it('the verifier runs in a browser: nothing it imports reaches for the platform', () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: URL) => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (specifier.startsWith('.')) visit(new URL(specifier, file));
      else outside.add(specifier);
    }
  };
  visit(new URL('verifier.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(10);
  expect([...outside]).toEqual(['@holdfast/kernel']);
});
