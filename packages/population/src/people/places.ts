import type { Draw } from '../draw.ts';

/** A town, the state it lies in, the first three digits of its postal codes, an area code. */
export interface Town {
  readonly city: string;
  readonly state: string;
  readonly postal: string;
  readonly area: string;
}

const TOWNS: readonly Town[] =
  `Portland OR 972 503,Boise ID 837 208,Tucson AZ 857 520,Omaha NE 681 402,
  Mobile AL 366 251,Jackson MS 392 601,Albany NY 122 518,Dayton OH 454 937,Fresno CA 937 559,
  Tacoma WA 984 253,Duluth MN 558 218,Savannah GA 314 912,Lubbock TX 794 806,Worcester MA 016 508,
  Trenton NJ 086 609,Raleigh NC 276 919,Madison WI 537 608,Tulsa OK 741 918,Reno NV 895 775,
  Santa-Fe NM 875 505,Burlington VT 054 802,Bangor ME 044 207,Fargo ND 581 701,Ponce PR 007 787,
  Lansing MI 489 517,Wichita KS 672 316,Akron OH 443 330,Eugene OR 974 541,El-Paso TX 799 915,
  Oakland CA 946 510,Spokane WA 992 509,Erie PA 165 814`
    .split(',')
    .map((row) => {
      const [city = '', state = '', postal = '', area = ''] = row.trim().split(' ');
      return { city: city.replace('-', ' '), state, postal, area };
    });

const STREETS =
  `Maple Cedar Oak Elm Birch Willow Chestnut Juniper Orchard Meadow Harbour Mill Church
  Station Prospect Highland Sunset Lakeview Riverside Quarry Lantern Foundry Granite Harvest Kestrel
  Larkspur Magnolia Northgate Old-Post Pine-Hill Quail Rosewood Saddler Thistle Union Valley Windmill
  Yarrow`
    .split(/\s+/)
    .map((name) => name.replace('-', ' '));
const KINDS = 'Street Avenue Road Lane Drive Court Way Place'.split(' ');

export interface Address {
  readonly line: string;
  readonly unit: string | undefined;
  readonly town: Town;
  readonly postalCode: string;
}

export const townOf = (draw: Draw): Town => draw.skewed(TOWNS);

export function addressIn(draw: Draw, town: Town): Address {
  const number = draw.between(1, draw.chance(0.2) ? 9_800 : 460);
  return {
    line: `${number} ${draw.skewed(STREETS)} ${draw.skewed(KINDS)}`,
    unit: draw.chance(0.22) ? `Apt ${draw.between(1, 12)}${draw.pick(['', 'A', 'B'])}` : undefined,
    town,
    postalCode: town.postal + String(draw.between(1, 99)).padStart(2, '0'),
  };
}

/** In the 555 exchange, which is given to nobody. */
export const phoneIn = (draw: Draw, town: Town): string =>
  `+1-${town.area}-555-${String(draw.below(10_000)).padStart(4, '0')}`;
