import {
  type Criterion,
  compartmentParameters,
  elementsSearched,
  type Include,
  mainDateParameter,
  type ResourceType,
  resourceTypes,
  type SearchQuery,
} from '@holdfast/fhir';
import type { AccessGate } from '../access-gate.ts';
import { rowsOfParameter } from '../combined-parameters.ts';
import { storeFault } from '../errors.ts';
import { ownerSuffices } from '../owner-parameters.ts';

/** What a gate says about elements, apart from its decisions. */
type Hides = Pick<AccessGate, 'hides'>;

/**
 * Refuses a search that reads an element which the gate may hide: whether a resource is found, where it
 * stands and what it leads to would tell what is in it. It depends on the search and the policy alone,
 * never on a row, so that the refusal tells nothing.
 * @throws Fault STORE_ELEMENTS_HIDDEN
 */
export function refuseHidden(query: SearchQuery, gate: Hides): void {
  const refused = hiddenParameters(query, gate);
  if (refused.length === 0) return;
  throw storeFault('STORE_ELEMENTS_HIDDEN', { expression: refused });
}

/** What of a search reads elements that the gate may hide. */
export function hiddenParameters(
  query: Pick<SearchQuery, 'types' | 'criteria' | 'sort' | 'includes'>,
  gate: Hides,
): readonly string[] {
  const types = query.types.length === 0 ? resourceTypes : query.types;
  const refused = [
    ...query.criteria.flatMap((criterion) => hiddenIn(criterion, types, gate)),
    ...query.sort.filter(({ param }) => readsHidden(types, param, gate)).map(() => '_sort'),
    ...query.includes.filter((include) => followsHidden(include, gate)).map(directionOf),
  ];
  return [...new Set(refused)];
}

/** Parameters of a criterion, at any depth, that read what is hidden. */
function hiddenIn(criterion: Criterion, types: readonly ResourceType[], gate: Hides): string[] {
  switch (criterion.kind) {
    case 'id':
    case 'lastUpdated':
      return [];
    case 'careDates':
      return types.some((type) => {
        const param = mainDateParameter(type);
        return param !== null && readsHidden([type], param, gate);
      })
        ? ['start']
        : [];
    case 'compartment': {
      // A record's rows are found by whose they are; those that only name its patient are left out.
      const isAsked = (type: ResourceType, param: string) =>
        criterion.compartment !== 'Patient' || ownerSuffices(type, param);
      const hidden = types.some((type) =>
        compartmentParameters(type, criterion.compartment).some(
          (param) => isAsked(type, param) && readsHidden([type], param, gate),
        ),
      );
      return hidden ? [criterion.compartment] : [];
    }
    case 'chain':
      return [
        ...(readsHidden(types, criterion.param, gate) ? [criterion.param] : []),
        ...criterion.targets.flatMap((target) => hiddenIn(target.criterion, [target.type], gate)),
      ];
    case 'has':
      return [
        ...(readsHidden([criterion.type], criterion.param, gate) ? ['_has'] : []),
        ...hiddenIn(criterion.criterion, [criterion.type], gate),
      ];
    default:
      return readsHidden(types, criterion.param, gate) ? [criterion.param] : [];
  }
}

export function readsHidden(types: readonly ResourceType[], param: string, gate: Hides): boolean {
  return types.some((type) => {
    const hidden = gate.hides(type);
    if (hidden.length === 0 || param === '_id' || param === '_lastUpdated') return false;
    return rowsOfParameter(type, param).some((each) => {
      const read = elementsSearched(type, each);
      return read === 'any' || read.some((element) => hidden.includes(element));
    });
  });
}

function followsHidden({ source, param }: Include, gate: Hides): boolean {
  // "All references" are those that may be seen: `linksOf` leaves the others out.
  if (param === '*') return false;
  return readsHidden(source === '*' ? resourceTypes : [source], param, gate);
}

const directionOf = ({ direction }: Include): string => `_${direction}`;
