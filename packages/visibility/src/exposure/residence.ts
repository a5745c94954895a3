import type { Jurisdiction } from './facts.ts';

/** Where an address lies; `elsewhere` is known, and asked about by no regulation here. */
export type Residence = Jurisdiction | 'elsewhere';

/** States, districts and territories by USPS code. */
const STATES: Readonly<Record<string, string>> = {
  AL: 'Alabama',
  AK: 'Alaska',
  AZ: 'Arizona',
  AR: 'Arkansas',
  CA: 'California',
  CO: 'Colorado',
  CT: 'Connecticut',
  DE: 'Delaware',
  DC: 'District of Columbia',
  FL: 'Florida',
  GA: 'Georgia',
  HI: 'Hawaii',
  ID: 'Idaho',
  IL: 'Illinois',
  IN: 'Indiana',
  IA: 'Iowa',
  KS: 'Kansas',
  KY: 'Kentucky',
  LA: 'Louisiana',
  ME: 'Maine',
  MD: 'Maryland',
  MA: 'Massachusetts',
  MI: 'Michigan',
  MN: 'Minnesota',
  MS: 'Mississippi',
  MO: 'Missouri',
  MT: 'Montana',
  NE: 'Nebraska',
  NV: 'Nevada',
  NH: 'New Hampshire',
  NJ: 'New Jersey',
  NM: 'New Mexico',
  NY: 'New York',
  NC: 'North Carolina',
  ND: 'North Dakota',
  OH: 'Ohio',
  OK: 'Oklahoma',
  OR: 'Oregon',
  PA: 'Pennsylvania',
  RI: 'Rhode Island',
  SC: 'South Carolina',
  SD: 'South Dakota',
  TN: 'Tennessee',
  TX: 'Texas',
  UT: 'Utah',
  VT: 'Vermont',
  VA: 'Virginia',
  WA: 'Washington',
  WV: 'West Virginia',
  WI: 'Wisconsin',
  WY: 'Wyoming',
  AS: 'American Samoa',
  GU: 'Guam',
  MP: 'Northern Mariana Islands',
  PR: 'Puerto Rico',
  VI: 'Virgin Islands',
};

const CODE_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(STATES).flatMap(([code, name]) => [
    [code, code],
    [name.toUpperCase(), code],
  ]),
);

const EU: ReadonlySet<string> = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '),
);
const UNITED_STATES: ReadonlySet<string> = new Set(['', 'US', 'USA', 'UNITED STATES']);
const UNITED_KINGDOM: ReadonlySet<string> = new Set(['GB', 'UK', 'UNITED KINGDOM']);

/**
 * Reads `Address.state` and `Address.country`, which FHIR leaves free to be codes or words.
 * @returns null where they do not tell, so that the person may live anywhere
 */
export function residenceOf(address: {
  readonly state: string | null;
  readonly country: string | null;
}): Residence | null {
  const country = (address.country ?? '').trim().toUpperCase();
  const state = CODE_BY_NAME.get((address.state ?? '').trim().toUpperCase());
  if (UNITED_STATES.has(country)) {
    if (state !== undefined) return `US-${state}`;
    return country === '' ? null : 'US';
  }
  if (UNITED_KINGDOM.has(country)) return 'GB';
  if (EU.has(country)) return 'EU';
  return /^[A-Z]{2}$/.test(country) ? 'elsewhere' : null;
}
