import { describe, expect, it } from 'vitest';
import { oracleEntries } from '../testing/search-oracle/oracle-entries.ts';
import {
  hasSharedData,
  publishedExamples,
  resourcesOf,
  syntheaBundles,
} from '../testing/shared-data.ts';
import { extractIndexEntries } from './extract-index-entries.ts';
import type { IndexEntries } from './index-entries.ts';

const SYNTHEA_PATIENTS = 1;
/** A thousand resources take four seconds alone, much longer beside other tests. */
const TIMEOUT_MS = 180_000;

/** Rows as comparable text: keys in one order, open ends kept. */
function texts(entries: IndexEntries): string[] {
  const stable = (_key: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return Object.entries(entries)
    .flatMap(([list, rows]) =>
      (rows as readonly unknown[]).map((row) => `${list} ${JSON.stringify(row, stable)}`),
    )
    .sort();
}

describe.skipIf(!hasSharedData())('compiled extraction', () => {
  const resources = [
    ...publishedExamples(),
    ...syntheaBundles().slice(0, SYNTHEA_PATIENTS).flatMap(resourcesOf),
  ];

  it(
    'gives what the fhirpath library finds, for every parameter of every published example',
    () => {
      const seen = new Set<string>();
      for (const resource of resources) {
        const entries = extractIndexEntries(resource);
        const name = `${resource.resourceType}/${String(resource.id)}`;
        const [ours, theirs] = [texts(entries), texts(oracleEntries(resource))];
        // Told apart by the runner only where they differ: that costs more than the oracle itself.
        if (ours.join('\n') !== theirs.join('\n')) expect(ours, name).toEqual(theirs);
        for (const { param } of Object.values(entries).flat()) {
          seen.add(`${resource.resourceType}.${param}`);
        }
      }
      // Not an empty agreement: so many parameters of so many types had values to agree on.
      expect(seen.size).toBeGreaterThan(1_400);
    },
    TIMEOUT_MS,
  );
});
