import { terminologyDefinitions } from '../definitions.ts';
import type { JsonObject } from '../json.ts';
import { type CodeHierarchy, codeHierarchy } from './code-hierarchy.ts';
import {
  expandValueSet,
  type SystemCode,
  type TerminologySource,
  unversioned,
} from './expand-value-set.ts';

const hierarchies = new Map<string, CodeHierarchy>();
const expansions = new Map<string, readonly SystemCode[] | null>();

/** The value sets and code systems that R4 publishes; each is worked out at its first use. */
export const shippedSource: TerminologySource = {
  valueSet: (url) => own(terminologyDefinitions().valueSets, url),
  codeSystem(url) {
    const known = hierarchies.get(url);
    if (known !== undefined) return known;
    const definition = own(terminologyDefinitions().codeSystems, url);
    if (definition === undefined) return undefined;
    const made = codeHierarchy(definition);
    hierarchies.set(url, made);
    return made;
  },
};

/**
 * The codes of a value set that R4 publishes, by its canonical URL.
 * @returns undefined for one it does not publish or that cannot be listed (SNOMED CT, LOINC, UCUM)
 */
export function shippedExpansion(url: string): readonly SystemCode[] | undefined {
  const name = unversioned(url);
  const known = expansions.get(name);
  if (known !== undefined) return known ?? undefined;
  const definition = shippedSource.valueSet(name);
  if (definition === undefined) return undefined;
  const made = expandValueSet(definition, shippedSource);
  expansions.set(name, made ?? null);
  return made;
}

function own(table: Readonly<Record<string, JsonObject>>, name: string): JsonObject | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
