import type { JsonObject } from '../json.ts';
import { isJsonObject, type JsonValue, listOf, textOf } from '../json.ts';
import { MAX_LOADED_DEFINITIONS } from '../limits.ts';
import type { Terminology } from '../search/expand-terminology.ts';
import { type CodeHierarchy, codeHierarchy } from './code-hierarchy.ts';
import { expandValueSet, type SystemCode, unversioned } from './expand-value-set.ts';
import { shippedSource } from './shipped-terminology.ts';

/** Where ValueSets and CodeSystems are kept beside those that R4 publishes. */
export interface StoredDefinitions {
  /** By canonical URL, with `|version` where one is asked for; undefined for what is not there. */
  find(type: 'ValueSet' | 'CodeSystem', canonical: string): Promise<JsonObject | undefined>;
}

/** What is stored, and below it what R4 publishes: the stored one counts where both have a URL. */
export function storedTerminology(stored: StoredDefinitions): Terminology {
  return {
    async expand(valueSet) {
      const known = new Definitions(stored);
      return known.settled((from) => {
        const root = from.valueSet(valueSet);
        return root === undefined ? undefined : codesOf(root, from);
      });
    },
    async related({ system, code }, way) {
      const known = new Definitions(stored);
      return known.settled((from) => {
        const hierarchy = from.codeSystem(system);
        // A code the system does not have stands for itself.
        return hierarchy && (hierarchy[way](code) ?? [code]);
      });
    },
  };
}

/** By its rules, or where it has none by the expansion that came with it. */
function codesOf(valueSet: JsonObject, from: Definitions): readonly SystemCode[] | undefined {
  if (valueSet['compose'] !== undefined) return expandValueSet(valueSet, from);
  const { expansion } = valueSet;
  return isJsonObject(expansion) ? contained(expansion['contains']) : undefined;
}

function contained(list: JsonValue | undefined): readonly SystemCode[] {
  return listOf(list)
    .filter(isJsonObject)
    .flatMap((one) => {
      const [system, code] = [textOf(one['system']), textOf(one['code'])];
      const own =
        system === undefined || code === undefined || one['abstract'] === true
          ? []
          : [{ system, code }];
      return [...own, ...contained(one['contains'])];
    });
}

/**
 * Definitions for rules that are read in one go: what is missing is noted, loaded, and the reading
 * begins again, until nothing is.
 */
class Definitions {
  readonly #stored: StoredDefinitions;
  readonly #known = new Map<string, JsonObject | CodeHierarchy | undefined>();
  #missing = new Map<string, () => Promise<JsonObject | CodeHierarchy | undefined>>();

  constructor(stored: StoredDefinitions) {
    this.#stored = stored;
  }

  async settled<Value>(read: (from: this) => Value | undefined): Promise<Value | undefined> {
    for (;;) {
      const value = read(this);
      if (this.#missing.size === 0) return value;
      if (this.#known.size + this.#missing.size > MAX_LOADED_DEFINITIONS) return undefined;
      const missing = [...this.#missing];
      this.#missing = new Map();
      for (const [name, load] of missing) this.#known.set(name, await load());
    }
  }

  valueSet = (url: string): JsonObject | undefined =>
    this.#at(`ValueSet ${url}`, async () => {
      const found = await this.#stored.find('ValueSet', url);
      return found ?? shippedSource.valueSet(unversioned(url));
    }) as JsonObject | undefined;

  codeSystem = (url: string): CodeHierarchy | undefined =>
    this.#at(`CodeSystem ${url}`, async () => {
      const found = await this.#stored.find('CodeSystem', url);
      // Half a system would answer wrongly.
      if (found?.['content'] === 'complete') return codeHierarchy(found);
      return shippedSource.codeSystem(unversioned(url));
    }) as CodeHierarchy | undefined;

  #at(name: string, load: () => Promise<JsonObject | CodeHierarchy | undefined>) {
    if (this.#known.has(name)) return this.#known.get(name);
    this.#missing.set(name, load);
    return undefined;
  }
}
