import { at, Draw } from '../draw.ts';
import { STREAM } from '../seeds.ts';

/** Neighbouring numbers that are divided into households by themselves. */
const SLOT = 8;
const SIZES = { 1: 34, 2: 30, 3: 15, 4: 14, 5: 7 } as const;

export type Role = 'head' | 'partner' | 'child' | 'elder';

/** Who lives with whom. */
export interface Place {
  /** Number of the household's first person: whoever shares it lives together. */
  readonly household: number;
  readonly role: Role;
  /** 0 for the head. */
  readonly nth: number;
  readonly headAge: number;
}

/** The household that a person belongs to, by a look at the eight numbers around it only. */
export function placeOf(seed: number, index: number): Place {
  const slot = Math.floor(index / SLOT);
  const draw = new Draw(seed, STREAM.households, slot);
  let first = slot * SLOT;
  for (;;) {
    const size = Math.min(Number(draw.share(SIZES)), (slot + 1) * SLOT - first);
    const roles = rolesOf(draw, size);
    const headAge = ageOfHead(draw, roles);
    const nth = index - first;
    if (nth < size) return { household: first, role: at(roles, nth), nth, headAge };
    first += size;
  }
}

function rolesOf(draw: Draw, size: number): readonly Role[] {
  const roles: Role[] = ['head'];
  if (size > 1) roles.push(draw.share({ partner: 72, child: 20, elder: 8 }));
  while (roles.length < size) {
    roles.push(!roles.includes('elder') && draw.chance(0.06) ? 'elder' : 'child');
  }
  return roles;
}

function ageOfHead(draw: Draw, roles: readonly Role[]): number {
  if (roles.includes('elder')) return draw.between(32, 62);
  if (roles.includes('child')) return draw.between(24, 56);
  return Math.min(draw.between(19, 90), draw.between(24, 96));
}
