import type { ConstraintRow } from '../definitions.ts';

/**
 * Constraints whose R4 expression does not say what their text says, with one that does. Where a
 * comparison of unlike precision or unit is undecided, the text is not violated.
 */
const CORRECTED: Readonly<Record<string, string>> = {
  'per-1': 'iif(start > end, false, true)',
  'rng-2': 'iif(low > high, false, true)',
  'mdd-1': 'iif(whenPrepared > whenHandedOver, false, true)',
  'inv-1 lastModified': 'iif(authoredOn > lastModified, false, true)',
  // A prediction may have no probability, or a range.
  'ras-2': 'probability.ofType(decimal).all($this <= 100)',
  // The text says more than one, the expression more than two.
  'que-12': 'enableWhen.count() > 1 implies enableBehavior.exists()',
  // `answer is Boolean` names the system type; the element has the FHIR type.
  'que-7': "operator = 'exists' implies (answer is boolean)",
};

/** The expression to compile for a constraint. */
export function correctedExpression({ key, expression }: ConstraintRow): string {
  const first = /^\w+/.exec(expression)?.[0] ?? '';
  return CORRECTED[`${key} ${first}`] ?? CORRECTED[key] ?? expression;
}
