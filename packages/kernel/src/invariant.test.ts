import { expect, it } from 'vitest';
import { InvariantViolation, invariant, unreachable } from './invariant.ts';

it('lets what holds pass and stops at what does not, by its number', () => {
  expect(() => invariant(true, 'WRD-1 beds are never negative')).not.toThrow();
  expect(() => invariant(0, 'WRD-1 beds are never negative')).toThrow(
    new InvariantViolation('WRD-1 beds are never negative'),
  );
});

it('KRN-3: a member that a switch forgot stops the program', () => {
  expect(() => unreachable('forgotten' as never)).toThrow(InvariantViolation);
});
