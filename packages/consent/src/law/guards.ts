import { sensitivityBit, sensitivityClosure } from '../labels/sensitivity-dictionary.ts';
import { purposeWithin, purposeWithinAny } from '../purposes/purpose-of-use.ts';

/** Data that the law takes out of broad permits: a permit covers it only where it says so. */
export interface Guard {
  /** Labels it guards, as bits. */
  readonly mask: bigint;
  /** What a permit must name for it to reach the data. */
  readonly must: 'securityLabel' | 'purpose';
  /** Labels of which the permit must name one, for `securityLabel`. */
  readonly labels: readonly string[];
  readonly because: string;
}

const guarded = (code: string, because: string): Guard => ({
  mask: sensitivityBit(code),
  must: 'securityLabel',
  labels: [code],
  because,
});

/** Layer 0, LAW, for what only a consent can open. */
export const GUARDS: readonly Guard[] = [
  guarded(
    'PSYTHPN',
    'psychotherapy notes need an authorisation of their own (45 CFR 164.508(a)(2))',
  ),
  guarded('SUDCN', 'SUD counselling notes need a consent of their own (42 CFR 2.31(b))'),
  {
    mask: sensitivityClosure('42CFRPart2'),
    must: 'purpose',
    labels: [],
    because:
      'one consent covers treatment, payment and operations; any other use of Part 2 records, and ' +
      'legal proceedings above all, needs one that names it (42 CFR 2.31(a), 2.33)',
  },
];

/** Notes that no emergency access opens. */
export const BEYOND_EMERGENCY: bigint = GUARDS.filter(
  ({ must }) => must === 'securityLabel',
).reduce((mask, guard) => mask | guard.mask, 0n);

const BROAD_PURPOSES = ['TREAT', 'HPAYMT', 'HOPERAT'];
// v3-PurposeOfUse files legal proceedings under operations; the law does not.
const PROCEEDINGS = 'HLEGAL';

/** Does a permit that names these labels and purposes (undefined: none) reach what is guarded? */
export function isGuardMet(
  guard: Guard,
  named: {
    readonly labels: readonly string[] | undefined;
    readonly purposes: readonly string[] | undefined;
  },
  purpose: string,
): boolean {
  if (guard.must === 'securityLabel') {
    return guard.labels.some((label) => named.labels?.includes(label) === true);
  }
  const isProceeding = purposeWithin(purpose, PROCEEDINGS);
  if (purposeWithinAny(purpose, BROAD_PURPOSES) && !isProceeding) return true;
  return (named.purposes ?? []).some(
    (each) => !BROAD_PURPOSES.includes(each) && purposeWithin(purpose, each),
  );
}
