/** Where a person lives, as far as a regulation asks: a State (ISO 3166-2), the EU, or GB. */
export type Jurisdiction = 'US' | `US-${string}` | 'EU' | 'GB';

/**
 * What a person has to know about the organisation, the event and the decisions taken, as the
 * question to put to them. A fact that nobody has answered yet is unknown, never false.
 */
export const QUESTIONS = {
  coveredEntity: 'Is the organisation a HIPAA covered entity for these records?',
  businessAssociate: 'Does the organisation hold these records as a HIPAA business associate?',
  part2Program: 'Do the records come from a 42 CFR Part 2 program?',
  phrVendor: 'Is the organisation a vendor of personal health records outside HIPAA (FTC rule)?',
  gdprController: 'Does the organisation decide on the processing, under the GDPR?',
  gdprProcessor: 'Does the organisation process for another controller, under the GDPR?',
  ukController: 'Does the organisation decide on the processing, under the UK GDPR?',
  nhsToolkit: 'Does the organisation report through the NHS Data Security and Protection Toolkit?',
  californiaLicensedFacility:
    'Is it a clinic, health facility, home health agency or hospice licensed in California?',
  newYorkDfsRegulated:
    'Is the organisation regulated by the New York Department of Financial Services?',
  vendorOfOwner: 'Does the organisation hold the data for another who owns it (Florida)?',
  notPermitted: 'Was there an access, use or disclosure that the rules do not permit?',
  accessed: 'Did somebody who may not see the data look at it?',
  acquired: 'Did somebody who may not have the data obtain a copy?',
  unavailable: 'Could the data not be reached when it was needed, or was it lost?',
  altered: 'Was data changed without authority?',
  unsecured: 'Was the data readable: not encrypted, or encrypted with a key that was reached too?',
  medicalInformation: 'Is medical or health-insurance information about named people concerned?',
  lowProbability:
    'Does the four-factor assessment (45 CFR 164.402) show a low probability of compromise?',
  riskUnlikely: 'Is a risk to the rights and freedoms of the people unlikely (GDPR Art 33)?',
  riskHigh: 'Is a high risk to the rights and freedoms of the people likely (GDPR Art 34)?',
  misuseUnlikely: 'Is misuse of the data not reasonably likely (Colorado)?',
  harmUnlikely: 'Is financial or other harm unlikely, as a written assessment says (Florida)?',
  inadvertentByAuthorised:
    'Was it an inadvertent disclosure by people authorised to have access, unlikely to be misused (New York)?',
} as const;

export type FactName = keyof typeof QUESTIONS;

/** Instants from which clocks run. Kept apart: regulations name different ones. */
export const ANCHORS = {
  occurred: 'When did it happen?',
  detected: 'When did a machine first notice it?',
  discovered:
    'When did any member of the workforce first know of it, or would have by reasonable diligence?',
  aware: 'When was the organisation reasonably certain that personal data was compromised?',
  determined: 'When was it determined that a breach occurred?',
  individualsNotified: 'When were the affected people notified?',
  regulatorNotified: 'When was the federal regulator (HHS) notified?',
} as const;

export type Anchor = keyof typeof ANCHORS;

/** A set of people as far as it is known: those certain, and those who may yet turn out to belong. */
export interface Headcount {
  readonly confirmed: number;
  readonly possible: number;
}

/** Delay asked for by law enforcement; an oral statement holds 30 days at most (45 CFR 164.412). */
export interface LawEnforcementHold {
  readonly from: Date;
  readonly until: Date;
  readonly form: 'written' | 'oral';
}

/** All that is known of an incident when its exposure is worked out. */
export interface ExposureFacts {
  readonly answers: Readonly<Partial<Record<FactName, boolean>>>;
  readonly anchors: Readonly<Partial<Record<Anchor, Date>>>;
  /** Distinct people, merged over identity links. */
  readonly affected: Headcount;
  readonly residents: Readonly<Partial<Record<Jurisdiction, Headcount>>>;
  /** People whose residence is not on record: each may live anywhere. */
  readonly residenceUnknown: number;
  readonly holds: readonly LawEnforcementHold[];
  /** Time zone of the organisation: a calendar day of a clock ends there. IANA name. */
  readonly timeZone: string;
}
