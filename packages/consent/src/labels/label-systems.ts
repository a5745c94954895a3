const THO = 'http://terminology.hl7.org';

/** A18: how label code systems are spelled in the wild, to what they mean. */
const SYSTEMS: Readonly<Record<string, LabelFamily>> = {
  [`${THO}/CodeSystem/v3-Confidentiality`]: 'confidentiality',
  [`${THO}/ValueSet/v3-Confidentiality`]: 'confidentiality',
  [`${THO}/ValueSet/v3-ConfidentialityClassification`]: 'confidentiality',
  'http://hl7.org/fhir/v3/Confidentiality': 'confidentiality',
  'urn:oid:2.16.840.1.113883.5.25': 'confidentiality',
  [`${THO}/CodeSystem/v3-ActCode`]: 'act-code',
  [`${THO}/ValueSet/v3-InformationSensitivityPolicy`]: 'act-code',
  [`${THO}/ValueSet/v3-ActInformationSensitivityPolicy`]: 'act-code',
  [`${THO}/CodeSystem/v3-InformationSensitivityPolicy`]: 'act-code',
  [`${THO}/ValueSet/v3-ActUSPrivacyLaw`]: 'act-code',
  'http://hl7.org/fhir/v3/ActCode': 'act-code',
  'urn:oid:2.16.840.1.113883.5.4': 'act-code',
  [`${THO}/CodeSystem/v3-ActReason`]: 'purpose',
  [`${THO}/CodeSystem/v3-PurposeOfUse`]: 'purpose',
  [`${THO}/ValueSet/v3-PurposeOfUse`]: 'purpose',
  'http://hl7.org/fhir/v3/ActReason': 'purpose',
  'urn:oid:2.16.840.1.113883.5.8': 'purpose',
  [`${THO}/CodeSystem/v3-ObservationValue`]: 'integrity',
  'http://hl7.org/fhir/v3/ObservationValue': 'integrity',
};

export type LabelFamily = 'confidentiality' | 'act-code' | 'purpose' | 'integrity';

/** The family of a label's code system; undefined for a system nobody declared. */
export const labelFamily = (system: string): LabelFamily | undefined =>
  Object.hasOwn(SYSTEMS, system) ? SYSTEMS[system] : undefined;
