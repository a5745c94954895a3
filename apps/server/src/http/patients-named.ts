import { type Criterion, parseSearch, type ResourceType, type SearchQuery } from '@holdfast/fhir';
import { SEARCH_PARAMETERS_AUDITED } from '../limits.ts';

/**
 * The ids of patients that a search names, whether there is anything of theirs or not: by
 * `patient=`, `subject=Patient/x` and every other reference, `Patient?_id=`, a compartment, and
 * `patient._id=`.
 */
export function patientsNamed({ types, criteria }: SearchQuery): string[] {
  const ofPatients = types.length === 1 && types[0] === 'Patient';
  return [...new Set(criteria.flatMap((criterion) => namedBy(criterion, ofPatients)))];
}

function namedBy(criterion: Criterion, ofPatients: boolean): string[] {
  switch (criterion.kind) {
    case 'id':
      return ofPatients && criterion.modifier === undefined ? [...criterion.values] : [];
    case 'reference':
      return criterion.values.flatMap((value) =>
        'id' in value && value.types.includes('Patient') ? [value.id] : [],
      );
    case 'compartment':
      return criterion.compartment === 'Patient' ? [criterion.id] : [];
    case 'chain':
      return criterion.targets.flatMap((target) =>
        namedBy(target.criterion, target.type === 'Patient'),
      );
    default:
      return [];
  }
}

/**
 * The same of a search that was refused, parameter by parameter: one that cannot be read takes nothing
 * from what the others name.
 */
export function patientsAskedFor(type: ResourceType, parameters: URLSearchParams): string[] {
  const pairs = [...parameters].slice(0, SEARCH_PARAMETERS_AUDITED);
  const named = pairs.flatMap((pair) => {
    const parsed = parseSearch(type, new URLSearchParams([pair]));
    return parsed.ok ? patientsNamed(parsed.value) : [];
  });
  return [...new Set(named)];
}
