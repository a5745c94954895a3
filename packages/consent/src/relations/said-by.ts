import { comesOfAge } from './age-of-majority.ts';
import type { Tie } from './relationship.ts';
import { tiesOf } from './ties-of.ts';

/** A row of `relationship`: a tie, or the instant from which a patient is of age. */
export type Recorded = Omit<Tie, 'kind'> & { readonly kind: Tie['kind'] | 'of-age' };

/** What table `relationship` holds of one resource. Pure. */
export function saidBy(of: {
  readonly type: string;
  readonly id: string;
  /** null: deleted. */
  readonly content: string | null;
}): readonly Recorded[] {
  const { type, id, content } = of;
  if (content === null) return [];
  const resource = JSON.parse(content) as Record<string, unknown>;
  const ofAge = type === 'Patient' ? comesOfAge(resource) : undefined;
  const age = ofAge === undefined ? [] : [{ kind: 'of-age' as const, from: ofAge }];
  return [
    ...tiesOf(resource),
    ...age.map((each) => ({ ...each, patientId: id, to: '', until: null })),
  ];
}
