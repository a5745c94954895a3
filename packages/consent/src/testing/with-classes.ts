import type { ResourceKey } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';

/** The row with its patients' classes filled in. */
export function withClasses(
  row: RowFacts,
  primary: Pick<RowFacts, 'consentClass' | 'residual'>,
  other:
    | (Pick<RowFacts, 'consentClass' | 'residual'> & Partial<Pick<RowFacts, 'ties'>>)
    | undefined,
): RowFacts {
  return {
    ...row,
    ...primary,
    others:
      other === undefined
        ? []
        : [{ patient: 2n as ResourceKey, patientId: 'p2', ties: [], ...other }],
  };
}
