import type { Resource } from '@holdfast/fhir';

type Node = Record<string, unknown>;

interface Place {
  readonly holder: Node;
  readonly name: string;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One thing wrong at one place. */
const DAMAGES: readonly ((place: Place) => void)[] = [
  ({ holder }) => (holder['notAnElement'] = 1),
  ({ holder, name }) => (holder[name] = null),
  ({ holder, name }) => (holder[name] = []),
  ({ holder, name }) => (holder[name] = {}),
  ({ holder, name }) => (holder[name] = [[holder[name]]]),
  ({ holder, name }) => (holder[name] = typeof holder[name] === 'object' ? 'text' : { text: 'x' }),
  ({ holder, name }) => (holder[name] = 12345),
  ({ holder, name }) => (holder[name] = true),
  ({ holder, name }) => (holder[name] = ''),
  ({ holder, name }) => (holder[name] = ' bad value '),
  ({ holder, name }) => (holder[name] = 'no-such-code'),
  ({ holder, name }) => delete holder[name],
];

/**
 * A copy with one thing changed for the worse, mostly: a validator may find nothing wrong with it.
 * @param random in [0, 1)
 */
export function damaged(resource: Resource, random: () => number): Resource {
  const copy = structuredClone(resource);
  const places: Place[] = [];
  collect(copy, places);
  const place = places[Math.floor(random() * places.length)];
  const damage = DAMAGES[Math.floor(random() * DAMAGES.length)];
  if (place !== undefined) damage?.(place);
  return copy;
}

function collect(holder: Node, places: Place[]): void {
  for (const [name, value] of Object.entries(holder)) {
    if (name === 'resourceType') continue;
    places.push({ holder, name });
    for (const part of Array.isArray(value) ? value : [value])
      if (isNode(part)) collect(part, places);
  }
}
