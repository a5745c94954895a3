import { isNickname } from '../normalise/nicknames.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { birthDateLevel } from './birth-date-level.ts';
import { jaroWinkler } from './jaro-winkler.ts';
import { type Level, nearer, type PresentLevel } from './level.ts';
import { isOneEdit } from './one-edit.ts';

/** The levels that each field distinguishes besides `missing`, from most to least alike. */
export const LEVELS = {
  given: ['exact', 'nickname', 'swapped', 'close', 'similar', 'different'],
  family: ['exact', 'close', 'similar', 'different'],
  birthDate: ['exact', 'swapped', 'close', 'similar', 'far', 'different'],
  gender: ['exact', 'different'],
  identifier: ['exact', 'close', 'different'],
  email: ['exact', 'close', 'similar', 'different'],
  phone: ['exact', 'close', 'different'],
  houseNumber: ['exact', 'close', 'different'],
  street: ['exact', 'close', 'similar', 'different'],
  locality: ['exact', 'close', 'similar', 'different'],
  postcode: ['exact', 'close', 'different'],
  state: ['exact', 'different'],
} as const satisfies Readonly<Record<string, readonly PresentLevel[]>>;

export type Field = keyof typeof LEVELS;
export const FIELDS = Object.keys(LEVELS) as readonly Field[];
export type Comparison = Readonly<Record<Field, Level>>;

const CLOSE = 0.92;
const SIMILAR = 0.8;

/** Compares two records field by field. Symmetric: the order of the two does not matter. */
export function compare(one: NormalRecord, other: NormalRecord): Comparison {
  const swapped = namesSwapped(one, other);
  return {
    given: swapped ? 'swapped' : givenLevel(one.given, other.given),
    // Swapped names are one observation, which `given` tells; counting it twice would overstate it.
    family: swapped ? 'missing' : nameLevel(one.family, other.family),
    birthDate: birthDateLevel(one.birthDate, other.birthDate),
    gender: codeLevel(one.gender, other.gender),
    identifier: identifierLevel(one, other),
    email: best(one.emails, other.emails, emailLevel),
    phone: best(one.phones, other.phones, numberLevel),
    houseNumber: numberLevel(one.houseNumber, other.houseNumber),
    street: best(one.addressLines, other.addressLines, textLevel),
    locality: textLevel(one.locality, other.locality),
    postcode: numberLevel(one.postcode, other.postcode),
    state: codeLevel(one.state, other.state),
  };
}

/** Each name is the other one's, but for a typing error, and is not where it should be. */
function namesSwapped(one: NormalRecord, other: NormalRecord): boolean {
  if (one.given === '' || one.family === '' || one.given === one.family) return false;
  if (!isSpeltLike(one.given, other.family) || !isSpeltLike(one.family, other.given)) return false;
  return !isSpeltLike(one.given, other.given) && !isSpeltLike(one.family, other.family);
}

const isSpeltLike = (one: string, other: string): boolean =>
  one === other || (other !== '' && (isOneEdit(one, other) || jaroWinkler(one, other) >= CLOSE));

function givenLevel(one: string, other: string): Level {
  const level = nameLevel(one, other);
  return level !== 'missing' && level !== 'exact' && isNickname(one, other) ? 'nickname' : level;
}

/** A part of a name of several parts (`smith` of `smith jones`) counts as close. */
function nameLevel(one: string, other: string): Level {
  const level = textLevel(one, other);
  if (level !== 'similar' && level !== 'different') return level;
  const parts = one.split(' ');
  const others = other.split(' ');
  if (parts.length === others.length) return level;
  const [fewer, more] = parts.length < others.length ? [parts, others] : [others, parts];
  return fewer.every((part) => more.includes(part)) ? 'close' : level;
}

function textLevel(one: string, other: string): Level {
  if (one === '' || other === '') return 'missing';
  if (one === other) return 'exact';
  const similarity = jaroWinkler(one, other);
  if (similarity >= CLOSE) return 'close';
  return similarity >= SIMILAR ? 'similar' : 'different';
}

function numberLevel(one: string, other: string): Level {
  if (one === '' || other === '') return 'missing';
  if (one === other) return 'exact';
  return isOneEdit(one, other) ? 'close' : 'different';
}

function codeLevel(one: string, other: string): Level {
  if (one === '' || other === '') return 'missing';
  return one === other ? 'exact' : 'different';
}

function emailLevel(one: string, other: string): Level {
  if (one === other) return 'exact';
  const user = one.slice(0, one.indexOf('@'));
  const otherUser = other.slice(0, other.indexOf('@'));
  if (user === otherUser) return 'close';
  return jaroWinkler(user, otherUser) >= CLOSE ? 'similar' : 'different';
}

function identifierLevel(one: NormalRecord, other: NormalRecord): Level {
  let level: Level = 'missing';
  for (const { system, value } of one.identifiers) {
    for (const candidate of other.identifiers) {
      if (candidate.system !== system) continue;
      level = nearer(level, numberLevel(value, candidate.value));
    }
  }
  return level;
}

/** Do both know an identifier of one system, and not the same one? Twins share the insurance alone. */
export function identifiersDiffer(one: NormalRecord, other: NormalRecord): boolean {
  return one.identifiers.some(({ system }) => {
    const values = one.identifiers.filter((each) => each.system === system);
    const others = other.identifiers.filter((each) => each.system === system);
    const isShared = values.some(({ value }) => others.some((each) => each.value === value));
    return others.length > 0 && !isShared;
  });
}

/** The level of the two most alike values, since people keep several and drop some. */
function best(
  ones: readonly string[],
  others: readonly string[],
  levelOf: (one: string, other: string) => Level,
): Level {
  let level: Level = 'missing';
  for (const one of ones) for (const other of others) level = nearer(level, levelOf(one, other));
  return level;
}
