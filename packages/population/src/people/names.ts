import type { Draw } from '../draw.ts';
import { ORIGINS, type Origin, type OriginName } from './origins.ts';

export type Gender = 'female' | 'male' | 'other';

/** What common given names are cut down to; the other way round finds no one. */
const SHORT: ReadonlyMap<string, string> = new Map(
  `Benjamin Ben,Daniel Dan,Edward Ted,Thomas Tom,Samuel Sam,Joseph Joe,Matthew Matt,Robert Bob,
  Stephen Steve,Patrick Pat,James Jim,Victoria Vicky,Jessica Jess,Frances Fran,Harriet Hattie,
  Beatrice Bea,Isabel Isa,Gabriela Gaby,Mercedes Meche,Alejandro Alex,Santiago Santi,Rafael Rafa,
  Ignacio Nacho,Katarina Katja,Tatiana Tanya,Agnieszka Aga,Babatunde Tunde,Temitope Temi,
  Matthias Matti,Johanna Hanna,Dorothy Dot,Kenneth Ken,Leonard Len,Nicolas Nico`
    .split(',')
    .map((pair) => pair.trim().split(' ') as [string, string]), // each line above is two names
);

export const shortForm = (given: string): string | undefined => SHORT.get(given);

export function givenName(draw: Draw, origin: OriginName, gender: Gender): string {
  const { female, male }: Origin = ORIGINS[origin];
  if (gender === 'other') return draw.skewed(draw.chance(0.5) ? female : male);
  return draw.skewed(gender === 'female' ? female : male);
}

/** Half of all people share the frequent names; the others' are composed, and far rarer. */
export function familyName(draw: Draw, origin: OriginName): string {
  const from: Origin = ORIGINS[origin];
  const name = single(draw, from);
  if (from.double === true && draw.chance(0.7)) return `${name} ${single(draw, from)}`;
  return name;
}

function single(draw: Draw, { family, stems, endings }: Origin): string {
  if (draw.chance(0.55)) return draw.skewed(family);
  return draw.pick(stems) + draw.pick(endings);
}
