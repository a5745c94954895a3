import type { SeededRandom } from '@holdfast/testkit';
import type { Where } from '../cause/localise.ts';
import type { ObservedRow } from '../cause/observation.ts';

export const PLANTED_ATTRIBUTES = ['client', 'endpoint', 'node', 'tenant', 'version'] as const;

/** Values of each of the attributes above. */
const WIDTHS = [6, 8, 4, 5, 3] as const;

/** Rows in which attempts fail at `rate` under one of the causes and rarely elsewhere. */
export function plantedRows(
  random: SeededRandom,
  { causes, rate, leaves = 500 }: { causes: readonly Where[]; rate: number; leaves?: number },
): ObservedRow[] {
  return Array.from({ length: leaves }, () => {
    const values = PLANTED_ATTRIBUTES.map((name, at) => `${name}-${random.below(WIDTHS[at] ?? 1)}`);
    const struck = causes.some((cause) =>
      PLANTED_ATTRIBUTES.every((name, at) => (cause[name] ?? values[at]) === values[at]),
    );
    const attempts = 5 + random.below(40);
    let failed = 0;
    for (let nth = 0; nth < attempts; nth++) failed += random.chance(struck ? rate : 0.01) ? 1 : 0;
    return { values, failed, succeeded: attempts - failed };
  });
}
