import type { LabelSets } from './label-sets.ts';

const SNOMED = 'http://snomed.info/sct';
const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const ICD10 = 'http://hl7.org/fhir/sid/icd-10';
const LOINC = 'http://loinc.org';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

/** The same beginnings count in the American and in the international edition of ICD-10. */
const icd10 = (label: string, ...beginning: readonly string[]) =>
  [ICD10CM, ICD10].map((system) => ({ label, system, beginning }));

/**
 * Small sets of our own, so that nothing well known goes unlabelled before an organisation loads
 * its own. PSY is psychosis, eating and personality disorders and attempted suicide: in a house for
 * behavioural health, anxiety and depression are ordinary data (a house that thinks otherwise loads
 * a set with them).
 */
export const STARTER_LABEL_SETS: LabelSets = {
  title: 'Starter label sets',
  rules: [
    ...icd10('ETHUD', 'F10'),
    ...icd10('OPIOIDUD', 'F11'),
    ...icd10('SUD', 'F12', 'F13', 'F14', 'F15', 'F16', 'F18', 'F19', 'T40'),
    { label: 'ETHUD', system: SNOMED, codes: ['66590003', '7200002', '15167005'] },
    { label: 'OPIOIDUD', system: SNOMED, codes: ['75544000', '5602001', '231477003'] },
    { label: 'SUD', system: SNOMED, codes: ['66214007', '191816009', '78267003', '26416006'] },
    // Drugs of abuse in urine, AUDIT and DAST-10 totals
    { label: 'SUD', system: LOINC, codes: ['3397-7', '3426-4', '3879-4', '75624-7', '82667-7'] },
    // Buprenorphine, methadone, naltrexone, disulfiram, acamprosate
    { label: 'OPIOIDUD', system: RXNORM, codes: ['1819', '6813'] },
    { label: 'SUD', system: RXNORM, codes: ['7243', '3554', '82819'] },

    ...icd10('PSY', 'F20', 'F21', 'F22', 'F23', 'F25', 'F28', 'F29', 'F50', 'F60', 'T14.91'),
    { label: 'PSY', system: SNOMED, codes: ['58214004', '20010003', '72366004', '82313006'] },

    ...icd10('HIV', 'B20', 'B21', 'B22', 'B23', 'B24', 'Z21', 'R75'),
    { label: 'HIV', system: SNOMED, codes: ['86406008', '62479008', '165816005', '19030005'] },
    { label: 'HIV', system: LOINC, codes: ['25836-8', '24012-7', '7917-8', '75622-1', '20447-9'] },
    // Emtricitabine, lamivudine, tenofovir alafenamide: for treatment and for prevention alike
    { label: 'HIV', system: RXNORM, codes: ['276237', '68244', '1721603'] },

    ...icd10('SEX', 'A50', 'A51', 'A52', 'A53', 'A54', 'A56', 'A60', 'O04', 'Z30', 'Z33.2'),
    { label: 'SEX', system: SNOMED, codes: ['57797005', '8098009'] },
    // Number of abortions: sensitive where there were any
    { label: 'SEX', system: LOINC, codes: ['11612-9', '11613-7'], valueAbove: 0 },

    ...icd10('SDV', 'T74', 'T76', 'Y07', 'Z69'),
    { label: 'SDV', system: SNOMED, codes: ['706893006', '397940009'] },
    { label: 'SDV', system: LOINC, codes: ['76499-3', '76504-0'] },
  ],
};
