// Goal: compiled constraints hold exactly where the `fhirpath` library says so. Method: every
// constraint on a resource as a whole, over the published examples, as they are and damaged.
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { describe, expect, it } from 'vitest';
import { definitions } from '../definitions.ts';
import { fhirPath } from '../fhirpath/fhirpath.ts';
import { resourceItem } from '../fhirpath/item.ts';
import type { JsonObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { hasSharedData, publishedExamples } from '../testing/shared-data.ts';
import { correctedExpression } from './corrected-constraints.ts';

type Answer = boolean | 'empty' | 'error';

function ours(expression: string, resource: Resource): Answer {
  const compiled = fhirPath(expression);
  if (!compiled.ok) return 'error';
  const item = resourceItem(resource);
  const result = compiled.value.test({ resource: item, rootResource: item, context: [item] });
  if (!result.ok) return 'error';
  return result.value ?? 'empty';
}

function theirs(expression: string, resource: Resource): Answer {
  try {
    const variables = { resource, rootResource: resource };
    const silent = { traceFn: () => undefined };
    const result = fhirpath.evaluate(resource, expression, variables, r4, silent) as unknown[];
    const [value] = result;
    return value === undefined ? 'empty' : value === true;
  } catch {
    return 'error';
  }
}

/** The resource without one of its elements: constraints are about what is there. */
const withouts = (resource: Resource): readonly Resource[] => [
  resource,
  ...Object.keys(resource)
    .filter((name) => name !== 'resourceType')
    .map((name) => {
      const { [name]: _taken, ...rest } = resource as JsonObject;
      return rest as Resource;
    }),
];

describe.skipIf(!hasSharedData())('a constraint', () => {
  it('holds where the fhirpath library says so', () => {
    const examples = publishedExamples().filter((one) => JSON.stringify(one).length < 6_000);
    const byType = new Map<string, number>();
    let asked = 0;
    for (const example of examples) {
      const { resourceType } = example;
      const seen = byType.get(resourceType) ?? 0;
      byType.set(resourceType, seen + 1);
      if (seen >= PER_TYPE) continue;
      const rows = definitions().types[resourceType]?.constraints[resourceType] ?? [];
      for (const row of rows) {
        const expression = correctedExpression(row);
        for (const resource of withouts(example)) {
          const place = `${row.key} of ${resourceType}/${example.id}`;
          expect(ours(expression, resource), place).toBe(theirs(expression, resource));
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(500);
  });
});

/** Examples of each type: the library takes about a millisecond for each question. */
const PER_TYPE = 1;
