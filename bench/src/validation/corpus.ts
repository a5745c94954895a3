import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isResource, type Resource } from '@holdfast/fhir';

const root = new URL('../../../../shared/data/', import.meta.url);

/** Resources as they come from outside, by where they come from. */
export interface Corpus {
  readonly name: 'examples' | 'synthea';
  readonly resources: readonly Resource[];
}

/**
 * Published examples of R4 and of guides, and the entries of Synthea's bundles.
 * @param atMost resources of each
 * @throws Error where the test data is not beside the repository
 */
export function corpora(atMost: number): readonly Corpus[] {
  if (!existsSync(root)) {
    throw new Error('this bench needs the test data in ../shared/data beside the repository');
  }
  const examples = texts('fhir-examples/').flatMap((text) => text.split('\n').map(parsed));
  const bundles = texts('synthea/').map((text) => JSON.parse(text) as SyntheaBundle);
  const entries = bundles.flatMap(({ entry }) => entry.map(({ resource }) => resource));
  return [
    { name: 'examples', resources: examples.filter(isResource).slice(0, atMost) },
    { name: 'synthea', resources: entries.filter(isResource).slice(0, atMost) },
  ];
}

interface SyntheaBundle {
  readonly entry: readonly { readonly resource: unknown }[];
}

const parsed = (line: string): unknown => (line === '' ? undefined : JSON.parse(line));

function texts(folder: string): readonly string[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.gz'))
    .sort()
    .map((name) => gunzipSync(readFileSync(new URL(folder + name, root))).toString('utf8'));
}
