/** A FHIR R4 resource of the demo: it has an id of its own, so that loading it twice changes nothing. */
export interface DemoResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

/** A FHIR transaction Bundle (R4 http.html section 3.1.0.11) of updates as create. */
export interface DemoTransaction {
  readonly resourceType: 'Bundle';
  readonly type: 'transaction';
  readonly entry: readonly {
    readonly resource: DemoResource;
    readonly request: { readonly method: 'PUT'; readonly url: string };
  }[];
}

export function transaction(resources: readonly DemoResource[]): DemoTransaction {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  };
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
/** HL7 Terminology: `THO + 'v3-ActCode'` and the like. */
export const THO = 'http://terminology.hl7.org/CodeSystem/';

export const concept = (...coding: readonly Coding[]) => ({ coding });
export const refer = (type: string, id: string) => ({ reference: `${type}/${id}` });
