import { type Collection, type Item, NOTHING, system } from '../item.ts';
import { addAllChildren, addDescendants } from '../navigate.ts';
import { countVisits } from '../scope.ts';
import { type FunctionGroup, plain, withValues } from './function.ts';

const collect = (add: (item: Item, found: Item[]) => void) =>
  plain((items, scope) => {
    const found: Item[] = [];
    for (const item of items) {
      const before = found.length;
      add(item, found);
      countVisits(scope, found.length - before);
    }
    return found;
  });

/** Tree navigation, utilities and types (http://hl7.org/fhirpath/N1/#tree-navigation). */
export const tree: FunctionGroup = {
  children: collect(addAllChildren),
  descendants: collect(addDescendants),
  /** Traces go nowhere: they would carry data into logs. */
  trace: withValues([1, 2], (items) => items),
  now: plain((_, { environment }) => dateTime(environment.now)),
  today: plain((_, { environment }) => date(environment.now)),
  timeOfDay: plain((_, { environment }) => time(environment.now)),
  type: plain((items) => items.map(typeInfo)),
};

const dateTime = (now: string | undefined): Collection =>
  now === undefined ? NOTHING : [system('DateTime', now)];

const date = (now: string | undefined): Collection =>
  now === undefined ? NOTHING : [system('Date', now.slice(0, 10))];

const time = (now: string | undefined): Collection =>
  now === undefined ? NOTHING : [system('Time', now.slice(11, 23))];

function typeInfo({ type }: Item): Item {
  const isSystem = type.startsWith('System.');
  const name = isSystem ? type.slice('System.'.length) : type;
  return system('TypeInfo', { namespace: isSystem ? 'System' : 'FHIR', name });
}
