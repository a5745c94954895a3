import { identityLimits } from '../limits.ts';

const PREFIX_MOST = 4;
const PREFIX_WEIGHT = 0.1;

/** Jaro-Winkler similarity, 0 to 1 (Winkler 1990): rewards equal letters nearby and equal starts. */
export function jaroWinkler(one: string, other: string): number {
  if (one === other) return 1;
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  const jaro = jaroOf(short, long);
  let prefix = 0;
  while (prefix < PREFIX_MOST && prefix < short.length && short[prefix] === long[prefix]) prefix++;
  return jaro + prefix * PREFIX_WEIGHT * (1 - jaro);
}

/** Lent from call to call, which never overlap: millions of pairs need no garbage. */
const taken = new Uint8Array(2 * identityLimits.textLength);
const found = new Uint16Array(2 * identityLimits.textLength);

function jaroOf(short: string, long: string): number {
  if (long.length > taken.length) return 0;
  const reach = Math.max(0, Math.floor(long.length / 2) - 1);
  taken.fill(0, 0, long.length);
  let same = 0;
  for (let at = 0; at < short.length; at++) {
    const letter = short.charCodeAt(at);
    const end = Math.min(long.length, at + reach + 1);
    for (let place = Math.max(0, at - reach); place < end; place++) {
      if (taken[place] === 1 || long.charCodeAt(place) !== letter) continue;
      taken[place] = 1;
      found[same++] = letter;
      break;
    }
  }
  if (same === 0) return 0;
  let outOfOrder = 0;
  let next = 0;
  for (let place = 0; place < long.length; place++) {
    if (taken[place] === 1 && long.charCodeAt(place) !== found[next++]) outOfOrder++;
  }
  return (same / short.length + same / long.length + (same - outOfOrder / 2) / same) / 3;
}
