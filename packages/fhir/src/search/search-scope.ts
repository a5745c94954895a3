import type { ResourceType } from '../resource-types.ts';
import type { CompartmentType } from './search-criterion.ts';
import type { SearchParameter } from './search-parameter.ts';
import { searchParametersOf, unsupportedParametersOf } from './search-parameters.ts';

/** Where a search looks: the path it was sent to. */
export interface SearchScope {
  /** One for `[base]/Patient`, none for `[base]` and for `[base]/Patient/1/*`. */
  readonly types: readonly ResourceType[];
  /** `[base]/Patient/1/…`: only what lies in that compartment. */
  readonly compartment?: { readonly type: CompartmentType; readonly id: string };
}

/** Every type has these, and no type has more under names that begin so. */
const COMMON: ResourceType = 'Basic';

/**
 * A parameter by its code that all the types share; of every type where none is named, which leaves
 * those of Resource. Its modifiers and targets are those that hold for each.
 */
export function sharedParameter(
  types: readonly ResourceType[],
  code: string,
): SearchParameter | undefined {
  const [first = COMMON, ...others] = types;
  if (types.length === 0 && !code.startsWith('_')) return undefined;
  let shared = searchParametersOf(first).get(code);
  for (const type of others) {
    const parameter = searchParametersOf(type).get(code);
    if (shared === undefined || parameter?.kind !== shared.kind) return undefined;
    const { modifiers, targets } = parameter;
    shared = {
      ...shared,
      modifiers: shared.modifiers.filter((modifier) => modifiers.includes(modifier)),
      targets: [...new Set([...shared.targets, ...targets])],
    };
  }
  return shared;
}

/** Why a parameter that FHIR defines for the types is not offered; undefined if it defines none. */
export function unsupportedParameter(types: readonly ResourceType[], code: string) {
  const [first = COMMON] = types;
  return unsupportedParametersOf(first).find((one) => one.code === code);
}
