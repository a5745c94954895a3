import { isJsonObject, type JsonObject, type JsonValue, listOf, textOf } from '../json.ts';

/** The codes of one code system and which subsumes which. */
export interface CodeHierarchy {
  /** Every code, in the order of the definition. */
  readonly codes: readonly string[];
  /** The code itself and all below it; undefined for a code the system does not have. */
  below(code: string): readonly string[] | undefined;
  /** The code itself and all above it. */
  above(code: string): readonly string[] | undefined;
}

/**
 * Reads the concepts of a complete CodeSystem: nested ones and those a `child` property names lie
 * below their holder (https://hl7.org/fhir/R4/codesystem.html#hierarchy).
 */
export function codeHierarchy(codeSystem: JsonObject): CodeHierarchy {
  const children = new Map<string, Set<string>>();
  const parents = new Map<string, Set<string>>();
  const edges: [parent: string, child: string][] = [];
  const read = (concepts: JsonValue | undefined, parent: string | undefined): void => {
    for (const concept of listOf(concepts)) {
      const code = isJsonObject(concept) ? textOf(concept['code']) : undefined;
      if (code === undefined || !isJsonObject(concept)) continue;
      children.set(code, children.get(code) ?? new Set());
      parents.set(code, parents.get(code) ?? new Set());
      if (parent !== undefined) edges.push([parent, code]);
      for (const child of childProperties(concept)) edges.push([code, child]);
      read(concept['concept'], code);
    }
  };
  read(codeSystem['concept'], undefined);
  for (const [parent, child] of edges) {
    children.get(parent)?.add(child);
    parents.get(child)?.add(parent);
  }
  return {
    codes: [...children.keys()],
    below: (code) => reachable(code, children),
    above: (code) => reachable(code, parents),
  };
}

function childProperties(concept: JsonObject): string[] {
  return listOf(concept['property'])
    .filter(isJsonObject)
    .filter((property) => property['code'] === 'child')
    .flatMap((property) => textOf(property['valueCode']) ?? []);
}

/** Breadth first; a circle in the data ends where it began. */
function reachable(
  code: string,
  next: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] | undefined {
  if (!next.has(code)) return undefined;
  const found = new Set([code]);
  for (const one of found) for (const other of next.get(one) ?? []) found.add(other);
  return [...found];
}
