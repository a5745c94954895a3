import type { RowFacts } from '@holdfast/store';
import type { Actor } from '../actor.ts';
import { sensitivityClosure } from '../labels/sensitivity-dictionary.ts';

/** What a recipient of released data has to observe. */
export interface Obligation {
  /** v3-ActCode handling codes that travel with the data in `meta.security`. */
  readonly handling: readonly string[];
  /** For the recipient, in the words of the law. */
  readonly notice: string;
}

const PART_2 = sensitivityClosure('42CFRPart2');

/** 42 CFR 2.32(a)(2), the short form, with what the disclosure rests on (2.32(b): a clear explanation). */
const PART_2_OBLIGATION: Obligation = {
  handling: ['NORDSCLCD'],
  notice:
    '42 CFR part 2 prohibits unauthorized use or disclosure of these records. ' +
    'They are disclosed under the consent of the patient that is on file here.',
};

/**
 * The obligation that goes with a released row; undefined for nearly every row. What patients get of
 * their own record is no disclosure, and carries none.
 */
export function obligationOf(
  { sensitivity, patientId }: Pick<RowFacts, 'sensitivity' | 'patientId'>,
  { patientId: own }: Pick<Actor, 'patientId'>,
): Obligation | undefined {
  if ((sensitivity & PART_2) === 0n) return undefined;
  return patientId !== null && patientId === own ? undefined : PART_2_OBLIGATION;
}
