import type { Calendar } from '../calendar.ts';
import { clamped, Draw } from '../draw.ts';
import { STREAM } from '../seeds.ts';
import { type Place, placeOf } from './households.ts';
import { familyName, type Gender, givenName } from './names.ts';
import { ORIGIN_SHARES, type OriginName } from './origins.ts';
import { type Address, addressIn, phoneIn, type Town, townOf } from './places.ts';

/** One person as a practice knows them: what a Patient resource says, before any error. */
export interface Person {
  readonly place: Place;
  readonly origin: OriginName;
  readonly gender: Gender;
  readonly given: string;
  readonly middle: string | undefined;
  readonly family: string;
  readonly ageYears: number;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly address: Address;
  /** Of the household. */
  readonly landline: string;
  readonly mobile: string | undefined;
  readonly email: string | undefined;
  /** Begins the number of the health plan; everybody has their own. */
  readonly member: number;
}

export const ADULT_YEARS = 18;
export const isMinor = ({ ageYears }: Person): boolean => ageYears < ADULT_YEARS;

export function personOf(
  seed: number,
  index: number,
  { calendar, town }: { readonly calendar: Calendar; readonly town: Town },
): Person {
  const place = placeOf(seed, index);
  const home = homeOf(seed, place.household, town);
  const draw = new Draw(seed, STREAM.person, index);
  const gender = draw.share<Gender>({ female: 525, male: 463, other: 12 });
  const origin =
    place.role === 'partner' && draw.chance(0.25) ? draw.share(ORIGIN_SHARES) : home.origin;
  const given = givenName(draw, origin, gender);
  const keepsName =
    place.role === 'partner' ? draw.chance(0.3) : place.role === 'elder' && draw.chance(0.5);
  const family = keepsName ? familyName(draw, origin) : home.family;
  const ageYears = ageOf(draw, place);
  const birthDate = calendar.day(ageYears * 365 + Math.floor(ageYears / 4) + draw.below(364) + 1);
  const adult = ageYears >= ADULT_YEARS;
  return {
    place,
    origin,
    gender,
    given,
    middle: draw.chance(0.45) ? givenName(draw, origin, gender) : undefined,
    family,
    ageYears,
    birthDate,
    address: home.address,
    landline: home.landline,
    mobile: ageYears > 11 && draw.chance(0.9) ? phoneIn(draw, home.address.town) : undefined,
    email: adult && draw.chance(0.7) ? emailOf(given, family, draw.between(1, 9_999)) : undefined,
    member: (draw.below(1_000_000_000) + index) % 1_000_000_000,
  };
}

interface Home {
  readonly origin: OriginName;
  readonly family: string;
  readonly address: Address;
  readonly landline: string;
}

function homeOf(seed: number, household: number, town: Town): Home {
  const draw = new Draw(seed, STREAM.home, household);
  const origin = draw.share(ORIGIN_SHARES);
  const livesIn = draw.chance(0.85) ? town : townOf(draw);
  return {
    origin,
    family: familyName(draw, origin),
    address: addressIn(draw, livesIn),
    landline: phoneIn(draw, livesIn),
  };
}

function ageOf(draw: Draw, { role, headAge }: Place): number {
  switch (role) {
    case 'head':
      return headAge;
    case 'partner':
      return clamped(Math.round(draw.normal(headAge, 4)), ADULT_YEARS, 99);
    case 'child':
      return clamped(headAge - draw.between(20, 38), 0, 34);
    case 'elder':
      return clamped(headAge + draw.between(21, 34), 50, 100);
  }
}

export function emailOf(given: string, family: string, number: number): string {
  const plain = `${given}.${family}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
  return `${plain}${number}@mail.example`;
}
