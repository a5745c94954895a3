/** Changes whenever a code, a bit or a parent below changes; derived labels record it. */
export const SENSITIVITY_VERSION = '2026-11-1';

interface SensitivityEntry {
  /** Position in `resource.sensitivity`; stored, so never reused. */
  readonly bit: number;
  readonly parents: readonly string[];
}

/**
 * A21: v3-ActCode information sensitivity as a DAG. A label is stored as its own bit only; a
 * provision that names a code reaches every descendant, so a new parent needs no relabelling.
 */
const ENTRIES: Readonly<Record<string, SensitivityEntry>> = {
  SPI: { bit: 0, parents: [] },
  BH: { bit: 1, parents: ['SPI'] },
  COGN: { bit: 2, parents: ['BH'] },
  DVD: { bit: 3, parents: ['BH'] },
  EMOTDIS: { bit: 4, parents: ['BH'] },
  MH: { bit: 5, parents: ['BH'] },
  PSY: { bit: 6, parents: ['MH'] },
  PSYTHPN: { bit: 7, parents: ['PSY'] },
  ETH: { bit: 8, parents: ['SPI'] },
  SUD: { bit: 9, parents: ['BH', 'ETH'] },
  ETHUD: { bit: 10, parents: ['SUD', 'ETH'] },
  OPIOIDUD: { bit: 11, parents: ['SUD', 'ETH'] },
  '42CFRPart2': { bit: 12, parents: ['SUD'] },
  // SUD counselling notes (42 CFR 2.11), a local code: no published one tells them from other notes.
  SUDCN: { bit: 13, parents: ['42CFRPart2'] },
  HIV: { bit: 14, parents: ['SPI'] },
  STD: { bit: 15, parents: ['SPI'] },
  SEX: { bit: 16, parents: ['SPI'] },
  GDIS: { bit: 17, parents: [] },
  SCA: { bit: 18, parents: ['GDIS', 'SICKLE'] },
  SICKLE: { bit: 19, parents: [] },
  VIO: { bit: 20, parents: [] },
  SDV: { bit: 21, parents: ['VIO'] },
  MST: { bit: 22, parents: ['SDV'] },
  TBOO: { bit: 23, parents: [] },
  DEMO: { bit: 24, parents: [] },
  DOB: { bit: 25, parents: ['DEMO'] },
  GENDER: { bit: 26, parents: ['DEMO'] },
  LIVARG: { bit: 27, parents: ['DEMO'] },
  MARST: { bit: 28, parents: ['DEMO'] },
  RACE: { bit: 29, parents: ['DEMO'] },
  REL: { bit: 30, parents: ['DEMO'] },
  B: { bit: 31, parents: [] },
  EMPL: { bit: 32, parents: [] },
  LOCIS: { bit: 33, parents: [] },
  SSP: { bit: 34, parents: [] },
  ADOL: { bit: 35, parents: [] },
  CEL: { bit: 36, parents: [] },
  DIA: { bit: 37, parents: [] },
  DRGIS: { bit: 38, parents: [] },
  EMP: { bit: 39, parents: [] },
  PDS: { bit: 40, parents: [] },
  PHY: { bit: 41, parents: [] },
  PRS: { bit: 42, parents: [] },
};

/** Spellings of one meaning (A18). */
const SAME_AS: Readonly<Record<string, string>> = {
  SEXUAL: 'SEX',
  DVIOL: 'SDV',
  HIPAAPsyNotes: 'PSYTHPN',
};

/** A label that this dictionary does not know: sensitive, never covered by a permit of a label. */
export const UNKNOWN_SENSITIVITY = 1n << 62n;

/** The dictionary's own code for a v3-ActCode sensitivity code; undefined if it has none. */
export function sensitivityCode(code: string): string | undefined {
  const known = SAME_AS[code] ?? code;
  return Object.hasOwn(ENTRIES, known) ? known : undefined;
}

/** Every code with its parents, for rule tables and tests. */
export const sensitivityCodes: readonly string[] = Object.keys(ENTRIES);

/** The bit that a resource labelled with `code` carries. */
export function sensitivityBit(code: string): bigint {
  const entry = ENTRIES[code];
  return entry === undefined ? UNKNOWN_SENSITIVITY : 1n << BigInt(entry.bit);
}

const closures = new Map(sensitivityCodes.map((code) => [code, descend(code)]));

/** The bits of `code` and of everything below it: what a provision naming the code reaches. */
export function sensitivityClosure(code: string): bigint {
  return closures.get(code) ?? 0n;
}

function descend(ancestor: string): bigint {
  const below = (code: string): boolean =>
    code === ancestor || (ENTRIES[code]?.parents ?? []).some(below);
  return sensitivityCodes.filter(below).reduce((mask, code) => mask | sensitivityBit(code), 0n);
}

/** v3-ActCode labels that instruct a recipient and say nothing about sensitivity. */
export const HANDLING_CODES: ReadonlySet<string> = new Set(
  (
    'ANONY AOD AUDIT AUDTR CPLYCC CPLYCD CPLYJPP CPLYOPP CPLYOSP CPLYPOL DECLASSIFYLABEL DEID DELAU ' +
    'DOWNGRDLABEL DRIVLABEL ENCRYPT ENCRYPTR ENCRYPTT ENCRYPTU HUAPRV LABEL MASK MINEC PERSISTLABEL ' +
    'PRIVMARK PSEUD REDACT UPGRDLABEL NOAUTH NOCOLLECT NODSCLCD NODSCLCDS NOINTEGRATE NOLIST NOMOU ' +
    'NOORGPOL NOPAT NOPERSISTP NORDSCLCD NORDSCLCDS NORDSCLW NORELINK NOREUSE NOVIP ORCON'
  ).split(' '),
);
