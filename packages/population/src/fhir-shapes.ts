/** A FHIR R4 resource with an id of its own, so that to load it twice changes nothing. */
export interface PopulationResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export const LOINC = 'http://loinc.org';
export const SNOMED = 'http://snomed.info/sct';
export const UCUM = 'http://unitsofmeasure.org';
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
/** HL7 Terminology: `THO + 'v3-ActCode'` and the like. */
export const THO = 'http://terminology.hl7.org/CodeSystem/';
/** Of identifiers and questionnaires of the population. */
export const OWN = 'https://population.holdfast.example/';

export const concept = (...coding: readonly Coding[]) => ({ coding });
export const refer = (type: string, id: string) => ({ reference: `${type}/${id}` });

export const quantity = (value: number, code: string, unit = code) => ({
  value,
  unit,
  system: UCUM,
  code,
});
