import { type Collection, type Item, NOTHING, truthItem } from '../item.ts';
import { members } from '../navigate.ts';
import { type Scope, textOf } from '../scope.ts';
import { type FunctionGroup, plain, withValues } from './function.ts';

/** `#label` inside the root resource; whatever else the environment can find. */
function resolveItem(item: Item, { environment }: Scope): Item | undefined {
  const value = typeof item.value === 'string' ? item.value : members(item, 'reference')[0]?.value;
  if (typeof value !== 'string') return undefined;
  if (!value.startsWith('#')) return environment.resolve?.(value);
  const label = value.slice(1);
  if (label === '') return environment.rootResource;
  return members(environment.rootResource, 'contained').find(
    (one) => members(one, 'id')[0]?.value === label,
  );
}

function extension(items: Collection, [url = NOTHING]: readonly Collection[]): Collection {
  const wanted = textOf(url, 'extension()');
  return items
    .flatMap((item) => members(item, 'extension'))
    .filter((one) => members(one, 'url')[0]?.value === wanted);
}

/** What FHIR adds (https://hl7.org/fhir/R4/fhirpath.html#functions). */
export const fhir: FunctionGroup = {
  extension: withValues([1, 1], extension),
  hasValue: plain(([item, second]) =>
    truthItem(second === undefined && item?.shape === null && item.value !== undefined),
  ),
  getValue: plain((items) => {
    const [item] = items;
    return items.length === 1 && item?.shape === null && item.value !== undefined ? items : NOTHING;
  }),
  resolve: plain((items, scope) =>
    items.map((item) => resolveItem(item, scope)).filter((found) => found !== undefined),
  ),
};
