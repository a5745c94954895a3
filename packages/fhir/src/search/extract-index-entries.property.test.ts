import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compartmentPatients } from '../compartment.ts';
import { isJsonList, isJsonObject, type JsonValue } from '../json.ts';
import type { Resource } from '../resource.ts';
import { hasSharedData, publishedExamples } from '../testing/shared-data.ts';
import { extractIndexEntries } from './extract-index-entries.ts';

/** Replaces the nodes that `choose` picks, at any depth, by what does not belong there. */
function damaged(node: JsonValue, choose: () => JsonValue | undefined): JsonValue {
  const other = choose();
  if (other !== undefined) return other;
  if (isJsonList(node)) return node.map((item) => damaged(item, choose));
  if (!isJsonObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, damaged(value ?? null, choose)]),
  );
}

describe.skipIf(!hasSharedData())('extraction', () => {
  const examples = publishedExamples();

  it('reads a resource of any shape without throwing, and gives rows of the right shape', () => {
    const rubbish = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
    const pick = fc.nat(examples.length - 1);
    const holes = fc.array(fc.tuple(fc.nat(200), rubbish), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pick, holes, (index, replaced) => {
        const at = new Map(replaced);
        let place = -1;
        const example = examples[index] as Resource;
        const odd = damaged(example, () => (place++ === 0 ? undefined : at.get(place)));
        const resource = { ...(isJsonObject(odd) ? odd : {}), resourceType: example.resourceType };
        const entries = extractIndexEntries(resource);
        for (const { low, high } of [...entries.numbers, ...entries.quantities]) {
          expect([typeof low, typeof high]).toEqual(['number', 'number']);
        }
        for (const { start, end } of entries.dates) expect(start).toBeLessThan(end);
        compartmentPatients(resource);
      }),
      { numRuns: 300 },
    );
  });
});
