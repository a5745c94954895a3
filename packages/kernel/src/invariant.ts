/** A broken invariant is a bug of ours, never the caller's: the unit of work is abandoned. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** @param claim starts with the invariant's number, e.g. `STO-2 each version is stored once`. */
export function invariant(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new InvariantViolation(claim);
}

/** Closes a `switch` over a union; a new member is then a compile error. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}
