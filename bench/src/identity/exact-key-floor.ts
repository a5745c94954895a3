import type { NormalRecord } from '@holdfast/identity';

/**
 * F1 of the rule that many hospitals start with: the same names and birth date are one person. Nothing
 * on npm links records by weight, so this is what a Node project has without writing its own.
 */
export function exactKeyF1(
  records: readonly NormalRecord[],
  personAt: (position: number) => string,
  truePairs: number,
): number {
  const byKey = new Map<string, number[]>();
  for (const [at, { given, family, birthDate }] of records.entries()) {
    if (given === '' || family === '' || birthDate === '') continue;
    const key = `${given}|${family}|${birthDate}`;
    byKey.set(key, [...(byKey.get(key) ?? []), at]);
  }
  let found = 0;
  let right = 0;
  for (const group of byKey.values()) {
    for (const [at, one] of group.entries()) {
      for (const other of group.slice(at + 1)) {
        found++;
        if (personAt(one) === personAt(other)) right++;
      }
    }
  }
  return (2 * right) / (found + truePairs);
}
