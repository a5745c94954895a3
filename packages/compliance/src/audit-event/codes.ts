/** A FHIR Coding, without display: the codes are in their code systems. */
export interface Coding {
  readonly system: string;
  readonly code: string;
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const dicom = (code: string): Coding => ({ system: DCM, code });

export const REST: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
};

const of =
  (system: string) =>
  (code: string): Coding => ({ system, code });

export const restInteraction = of('http://hl7.org/fhir/restful-interaction');
export const lifecycle = of('http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle');
export const entityType = of('http://terminology.hl7.org/CodeSystem/audit-entity-type');
export const objectRole = of('http://terminology.hl7.org/CodeSystem/object-role');
export const participation = of('http://terminology.hl7.org/CodeSystem/v3-ParticipationType');
export const provenanceRole = of(
  'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
);
/** What this platform calls the interaction, beside its code in the standards. */
export const ownInteraction = of('urn:holdfast:interaction');
export const ownRole = of('urn:holdfast:role');

/** v3-PurposeOfUse, unless the code came with a system of its own: `system|code`. */
export function purposeOfUse(purpose: string): Coding {
  const bar = purpose.lastIndexOf('|');
  return bar === -1
    ? { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }
    : { system: purpose.slice(0, bar), code: purpose.slice(bar + 1) };
}
