import type { SearchQuery } from '@holdfast/fhir';
import { naming, storeFault } from './errors.ts';
import type { StoredVersion } from './stored-row.ts';
import {
  conditionOf,
  type Identified,
  type SettledIntent,
  targetOf,
  type WriteIntent,
} from './write-intent.ts';

/** The first two matches of a search, among what the writer may see: two already are too many. */
export type Matches = (query: SearchQuery) => readonly StoredVersion[];

export interface Settled {
  readonly intents: readonly SettledIntent[];
  /** `Type/assigned` to `Type/found`, for references between entries of a bundle. */
  readonly links: ReadonlyMap<string, string>;
  /** Versions of what matched, by `Type/id`: what the settlement rests on. */
  readonly matched: ReadonlyMap<string, number>;
}

/**
 * Turns conditions into the resources they name (https://hl7.org/fhir/R4/http.html#cond-update,
 * #ccreate, #3.1.0.7.1): none, one, or a refusal where there are several.
 * @throws Fault STORE_CONDITION_AMBIGUOUS, STORE_CONDITION_ID_MISMATCH, STORE_NOT_FOUND,
 *   STORE_VERSION_CONFLICT, STORE_TARGET_TWICE
 */
export function settleConditions(intents: readonly WriteIntent[], matches: Matches): Settled {
  const links = new Map<string, string>();
  const matched = new Map<string, number>();
  const settled = intents.map((intent) => {
    const condition = conditionOf(intent);
    const [match, second] = condition === undefined ? [] : matches(condition);
    if (second !== undefined) {
      throw storeFault('STORE_CONDITION_AMBIGUOUS', expressionOf(intent));
    }
    if (match !== undefined) {
      matched.set(`${match.type}/${match.id}`, match.version);
      if ('resource' in intent) {
        links.set(`${match.type}/${intent.resource.id}`, `${match.type}/${match.id}`);
      }
    }
    return naming(intent.at, () => settle(intent, match));
  });
  refuseSameTarget(settled, intents);
  return { intents: settled, links, matched };
}

function settle(intent: WriteIntent, match: StoredVersion | undefined): SettledIntent {
  switch (intent.kind) {
    case 'create': {
      if (match !== undefined) return { kind: 'found', version: match };
      const { unless: _, ...plain } = intent;
      return plain;
    }
    case 'put-matching':
      return settlePut(intent, match);
    case 'delete-matching': {
      const { ifMatch } = intent;
      if (match !== undefined) return { kind: 'delete', type: match.type, id: match.id, ifMatch };
      if (ifMatch !== undefined) throw storeFault('STORE_VERSION_CONFLICT');
      return { kind: 'nothing' };
    }
    case 'patch-matching': {
      if (match === undefined) throw storeFault('STORE_NOT_FOUND');
      const { edit, ifMatch } = intent;
      return { kind: 'patch', type: match.type, id: match.id, edit, ifMatch };
    }
    default:
      return intent;
  }
}

function settlePut(
  { resource, numbers = null, ownId, ifMatch }: WriteIntent & { kind: 'put-matching' },
  match: StoredVersion | undefined,
): SettledIntent {
  if (match === undefined) {
    return { kind: 'put', resource, numbers, ifMatch, unmatched: true };
  }
  if (ownId && resource.id !== match.id) throw storeFault('STORE_CONDITION_ID_MISMATCH');
  const named: Identified = { ...resource, id: match.id };
  return { kind: 'put', resource: named, numbers, ifMatch };
}

/** Two entries that change one resource: what would be stored would depend on their order. */
function refuseSameTarget(
  settled: readonly SettledIntent[],
  intents: readonly WriteIntent[],
): void {
  const seen = new Set<string>();
  settled.forEach((each, index) => {
    const target = targetOf(each);
    if (target === undefined) return;
    const name = `${target.type}/${target.id}`;
    if (seen.has(name)) throw storeFault('STORE_TARGET_TWICE', expressionOf(intents[index]));
    seen.add(name);
  });
}

const expressionOf = (intent: WriteIntent | undefined) =>
  intent?.at === undefined ? {} : { expression: [intent.at] };
