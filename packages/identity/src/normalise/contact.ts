import { identityLimits } from '../limits.ts';

/** Digits that tell a subscriber apart: country and trunk prefixes are written in many ways. */
const SUBSCRIBER_DIGITS = 9;
const FEWEST_DIGITS = 6;

/** The last nine digits of a phone number; empty when there are too few to name a subscriber. */
export function normalPhone(text: string): string {
  const digits = text.replaceAll(/\D/g, '');
  return digits.length < FEWEST_DIGITS ? '' : digits.slice(-SUBSCRIBER_DIGITS);
}

/** Lower case, without a `+tag`; empty when it is no address with one `@`. */
export function normalEmail(text: string): string {
  const [local = '', domain = '', ...rest] = text
    .slice(0, identityLimits.textLength)
    .trim()
    .toLowerCase()
    .split('@');
  const name = local.replace(/\+.*$/, '');
  return name === '' || domain === '' || rest.length > 0 ? '' : `${name}@${domain}`;
}
