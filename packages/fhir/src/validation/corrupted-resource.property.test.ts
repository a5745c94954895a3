import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementRows, shapeOf } from '../structure.ts';
import { hasSharedData, publishedExamples } from '../testing/shared-data.ts';
import { validateResource } from './validate-resource.ts';

type Node = Record<string, unknown>;

interface Place {
  readonly path: string;
  readonly holder: Node;
  readonly key: string;
}

/** Every property of every object of a resource, with its place as issues write it. */
function placesOf(node: Node, path: string, found: Place[] = []): Place[] {
  for (const [key, value] of Object.entries(node)) {
    if (key === 'resourceType') continue;
    const at = `${path}.${key}`;
    found.push({ path: at, holder: node, key });
    if (Array.isArray(value)) {
      value.forEach((item: unknown, i) => {
        if (isNode(item)) placesOf(item, `${at}[${i}]`, found);
      });
    } else if (isNode(value)) placesOf(value, at, found);
  }
  return found;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each damages one place and returns where the complaint must point. */
const DAMAGES: Readonly<Record<string, (place: Place) => string>> = {
  'an unknown element'({ holder, path, key }) {
    holder['notAnElement'] = 1;
    return `${path.slice(0, -key.length)}notAnElement`;
  },
  'a null'({ holder, key, path }) {
    holder[key] = null;
    return path;
  },
  'an empty list'({ holder, key, path }) {
    holder[key] = [];
    return path;
  },
  'a value of the wrong kind'({ holder, key, path }) {
    const value = holder[key];
    holder[key] = isNode(value) || Array.isArray(value) ? 'text' : { text: 'x' };
    return path;
  },
  'an empty object'({ holder, key, path }) {
    const value = holder[key];
    holder[key] = {};
    // What may be a resource of any type lacks its type first of all.
    const isAnyResource = key === 'resource' && isNode(value) && 'resourceType' in value;
    return isAnyResource ? `${path}.resourceType` : path;
  },
  'an empty text'({ holder, key, path }) {
    holder[key] = '';
    return path;
  },
  'a text for a number, a number for anything else'({ holder, key, path }) {
    holder[key] = typeof holder[key] === 'number' ? '1' : 12345;
    return path;
  },
  'a list in a list'({ holder, key, path }) {
    const value = holder[key];
    holder[key] = [[value]];
    return Array.isArray(value) ? `${path}[0]` : path;
  },
};

describe.skipIf(!hasSharedData())('a resource with one thing wrong', () => {
  const valid = publishedExamples().filter((example) => validateResource(example).length === 0);
  const arbitraryPick = fc.record({
    example: fc.nat(),
    place: fc.nat(),
    damage: fc.constantFrom(...Object.keys(DAMAGES)),
  });

  it('is refused, and the issue names the damaged element', () => {
    fc.assert(
      fc.property(arbitraryPick, ({ example, place, damage }) => {
        const copy = structuredClone(valid[example % valid.length]) as unknown as Node;
        const places = placesOf(copy, String(copy['resourceType']));
        const chosen = places[place % places.length];
        const act = DAMAGES[damage];
        if (chosen === undefined || act === undefined) throw new Error('nothing to damage');
        const expected = act(chosen);
        const issues = validateResource(copy as never);
        expect(issues.map((issue) => issue.expression)).toContain(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused when any required top-level element is taken away', () => {
    let tried = 0;
    for (const example of valid) {
      for (const row of elementRows(shapeOf(example.resourceType))) {
        if (row.m === undefined) continue;
        const element = row.n.replace('[x]', '');
        const rest = Object.entries(example).filter(([name]) => !isNamed(name, row.n));
        const issues = validateResource(Object.fromEntries(rest));
        const expressions = issues.map((issue) => issue.expression);
        expect(expressions).toContain(`${example.resourceType}.${element}`);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(500);
  });
});

function isNamed(name: string, element: string): boolean {
  const plain = name.replace(/^_/, '');
  return element.endsWith('[x]') ? plain.startsWith(element.slice(0, -3)) : plain === element;
}
