import { FhirPathError } from './fhirpath-error.ts';
import { textItem } from './item.ts';
import type { Evaluate } from './scope.ts';

const FIXED: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
};

/** `%resource`, `%ucum`, `%vs-…`, … (https://hl7.org/fhir/R4/fhirpath.html#vars). */
export function variable(name: string): Evaluate {
  switch (name) {
    case 'resource':
      return ({ environment }) => [environment.resource];
    case 'rootResource':
      return ({ environment }) => [environment.rootResource];
    case 'context':
      return ({ environment }) => environment.context;
    default:
      return fixed(name) ?? given(name);
  }
}

function fixed(name: string): Evaluate | undefined {
  const url = name.startsWith('vs-')
    ? `http://hl7.org/fhir/ValueSet/${name.slice(3)}`
    : name.startsWith('ext-')
      ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}`
      : FIXED[name];
  if (url === undefined) return undefined;
  const items = textItem(url);
  return () => items;
}

function given(name: string): Evaluate {
  return ({ environment }) => {
    const value = environment.variables?.[name];
    if (value === undefined) throw new FhirPathError('semantic', `%${name} is not defined`);
    return value;
  };
}
