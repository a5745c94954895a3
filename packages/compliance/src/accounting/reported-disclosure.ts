import type { Exclusion } from './purposes.ts';

/** On what ground something was disclosed outside of this platform, by paper, telephone, a portal. */
export const GROUNDS = {
  'required-by-law': '45 CFR 164.512(a)',
  'public-health': '45 CFR 164.512(b)',
  'abuse-or-neglect': '45 CFR 164.512(c)',
  oversight: '45 CFR 164.512(d)',
  judicial: '45 CFR 164.512(e)',
  'law-enforcement': '45 CFR 164.512(f)',
  decedents: '45 CFR 164.512(g)',
  donation: '45 CFR 164.512(h)',
  research: '45 CFR 164.512(i)',
  threat: '45 CFR 164.512(j)',
  government: '45 CFR 164.512(k)',
  'workers-compensation': '45 CFR 164.512(l)',
  impermissible: 'not permitted by 45 CFR 164.502',
  authorization: '45 CFR 164.508',
  'national-security': '45 CFR 164.512(k)(2)',
  custody: '45 CFR 164.512(k)(5)',
  'limited-data-set': '45 CFR 164.514(e)',
} as const;
export type Ground = keyof typeof GROUNDS;

/** Grounds that take a disclosure out of the accounting. */
const EXCLUDED: Partial<Readonly<Record<Ground, Exclusion>>> = {
  authorization: 'authorization',
  'national-security': 'national-security',
  custody: 'custody',
  'limited-data-set': 'limited-data-set',
};

export const groundExclusion = (ground: Ground): Exclusion | null => EXCLUDED[ground] ?? null;

export interface Recipient {
  readonly name: string;
  /** Where it is known. */
  readonly address?: string;
}

/** What somebody reports of a disclosure: kept in the log, under the patient's own key. */
export interface ReportedDisclosure {
  /** When it was made; RFC 3339. */
  readonly at: string;
  readonly recipient: Recipient;
  /** What was disclosed, briefly. */
  readonly what: string;
  /** Why, briefly: reasonably informs the patient of the basis. */
  readonly purpose: string;
  readonly ground: Ground;
}

/** The interaction of its record. */
export const DISCLOSE = 'disclose';

/** A report as it stands in the record's target. */
export const formatReport = ({
  at,
  recipient,
  what,
  purpose,
  ground,
}: ReportedDisclosure): string => JSON.stringify({ at, ground, purpose, recipient, what });

/** null where it is not of that form. */
export function parseReport(target: string | null): ReportedDisclosure | null {
  if (target === null) return null;
  try {
    const read = JSON.parse(target) as Partial<ReportedDisclosure> | null;
    const sound =
      typeof read?.at === 'string' &&
      typeof read.what === 'string' &&
      typeof read.purpose === 'string' &&
      typeof read.recipient?.name === 'string' &&
      read.ground !== undefined &&
      read.ground in GROUNDS;
    return sound ? (read as ReportedDisclosure) : null;
  } catch {
    return null;
  }
}
