import { err, ok, type Result } from '@holdfast/kernel';
import type { FactName } from '../exposure/facts.ts';
import type { OrganisationProfile } from './incident-facts.ts';

/** What an organisation can be, as its settings name it. */
export const ORGANISATION_ROLES = {
  'covered-entity': 'coveredEntity',
  'business-associate': 'businessAssociate',
  'part-2-program': 'part2Program',
  'phr-vendor': 'phrVendor',
  'gdpr-controller': 'gdprController',
  'gdpr-processor': 'gdprProcessor',
  'uk-controller': 'ukController',
  'nhs-toolkit': 'nhsToolkit',
  'california-licensed-facility': 'californiaLicensedFacility',
  'new-york-dfs-regulated': 'newYorkDfsRegulated',
  'vendor-of-owner': 'vendorOfOwner',
} as const satisfies Readonly<Record<string, FactName>>;

/**
 * Reads the settings of an organisation. Whoever lists what it is also says what it is not;
 * where nothing is listed each question stays open.
 *
 * @param regulatedAs names of `ORGANISATION_ROLES`, by commas
 * @param timeZone IANA name
 * @returns what is wrong, for the person who wrote it
 */
export function readOrganisation(
  regulatedAs: string,
  timeZone: string,
): Result<OrganisationProfile, string> {
  if (!isTimeZone(timeZone)) return err(`'${timeZone}' is not a time zone, e.g. America/New_York`);
  const listed = regulatedAs.split(',').flatMap((name) => name.trim() || []);
  const unknown = listed.find((name) => !Object.hasOwn(ORGANISATION_ROLES, name));
  if (unknown !== undefined) {
    const known = Object.keys(ORGANISATION_ROLES).join(', ');
    return err(`'${unknown}' is not one of ${known}`);
  }
  if (listed.length === 0) return ok({ answers: {}, timeZone });
  const answers = Object.fromEntries(
    Object.entries(ORGANISATION_ROLES).map(([name, fact]) => [fact, listed.includes(name)]),
  );
  return ok({ answers, timeZone });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
