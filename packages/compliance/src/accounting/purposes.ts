/** Why a disclosure need not be accounted for (45 CFR 164.528(a)(1)); the log proves these alone. */
export const EXCLUSIONS = {
  'not-released': 'nothing of the record was given out',
  'to-the-individual': '45 CFR 164.528(a)(1)(ii): to the individual, or who acts for them',
  'treatment-payment-operations': '45 CFR 164.528(a)(1)(i): treatment, payment, operations',
  'care-and-directory': '45 CFR 164.528(a)(1)(v): facility directory, persons involved in care',
  authorization: '45 CFR 164.528(a)(1)(iv): by the individual’s authorization',
  'national-security': '45 CFR 164.528(a)(1)(vi): national security or intelligence',
  custody: '45 CFR 164.528(a)(1)(vii): correctional institutions, law enforcement custody',
  'limited-data-set': '45 CFR 164.528(a)(1)(viii): part of a limited data set',
} as const;
export type Exclusion = keyof typeof EXCLUSIONS;

/** v3-PurposeOfUse below TREAT, HPAYMT and HOPERAT, as far as 45 CFR 164.501 knows them so. */
const TPO =
  'TREAT CLINTRL COC ETREAT BTG ERTREAT POPHLTH ' +
  'HPAYMT CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM REMITADV ' +
  'HOPERAT CAREMGT HACCRED HCOMPL HDM HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING METAMGT ' +
  'MEMADMIN PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN';

/** Family, supporters, directories (45 CFR 164.510). */
const CARE_AND_DIRECTORY = 'FAMRQT SUPNWK HDIRECT';

const BY_PURPOSE: ReadonlyMap<string, Exclusion> = new Map<string, Exclusion>([
  ...TPO.split(' ').map((code) => [code, 'treatment-payment-operations'] as const),
  ...CARE_AND_DIRECTORY.split(' ').map((code) => [code, 'care-and-directory'] as const),
]);

/** Purposes that are to be accounted for, in words. HL7 puts some of them below operations; HIPAA does not. */
const WORDS: Readonly<Record<string, string>> = {
  HRESCH: 'research',
  CLINTRCH: 'clinical trial research',
  HMARKT: 'marketing',
  PUBHLTH: 'public health (45 CFR 164.512(b))',
  DISASTER: 'disaster relief (45 CFR 164.510(b)(4))',
  THREAT: 'serious threat to health or safety (45 CFR 164.512(j))',
  GOV: 'required by law, to an authority',
  HLEGAL: 'legal proceedings (45 CFR 164.512(e))',
  HDECD: 'about a decedent (45 CFR 164.512(g))',
  DONAT: 'donation of organs or tissue (45 CFR 164.512(h))',
  FRAUD: 'health oversight: fraud (45 CFR 164.512(d))',
  MILCDM: 'military command (45 CFR 164.512(k)(1))',
  MILDCRG: 'military discharge (45 CFR 164.512(k)(1))',
  PATRQT: 'at the patient’s request',
  PWATRNY: 'power of attorney',
};

/**
 * What all purposes of an access exclude it for; null where one of them, or the lack of any, means
 * that it counts. Codes of other systems count: nothing is excluded that is not known to be.
 */
export function exclusionOf(purposes: readonly string[]): Exclusion | null {
  const [first, ...rest] = purposes.map((code) => BY_PURPOSE.get(code) ?? null);
  if (first === undefined || first === null || rest.includes(null)) return null;
  return first;
}

export const purposeWords = (purposes: readonly string[]): string =>
  purposes.length === 0 ? 'not stated' : purposes.map((code) => WORDS[code] ?? code).join('; ');
