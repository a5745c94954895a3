import { at, Draw } from '../draw.ts';
import { concept, OWN, type PopulationResource, refer, SNOMED, THO } from '../fhir-shapes.ts';
import { providerNumber } from '../people/check-digits.ts';
import { familyName, givenName } from '../people/names.ts';
import { ORIGIN_SHARES } from '../people/origins.ts';
import { emailOf } from '../people/person.ts';
import { addressIn, phoneIn, type Town, townOf } from '../people/places.ts';
import { practiceId, STREAM, staffId } from '../seeds.ts';

interface Post {
  readonly role:
    | 'clinician'
    | 'care-coordinator'
    | 'front-desk'
    | 'compliance-officer'
    | 'researcher';
  /** SNOMED CT specialty; undefined for who treats nobody. */
  readonly specialty?: readonly [string, string];
  readonly prefix?: string;
}

/** Who works at a practice, by place. The first three treat most patients, the fourth substance use. */
const POSTS: readonly Post[] = [
  { role: 'clinician', specialty: ['394587001', 'Psychiatry'], prefix: 'Dr.' },
  { role: 'clinician', specialty: ['394814009', 'General practice'], prefix: 'Dr.' },
  { role: 'clinician', specialty: ['394913002', 'Psychotherapy'], prefix: 'Dr.' },
  { role: 'clinician', specialty: ['408467006', 'Adult mental illness'], prefix: 'Dr.' },
  { role: 'care-coordinator', specialty: ['310120006', 'Mental health nursing'] },
  { role: 'researcher', specialty: ['394587001', 'Psychiatry'], prefix: 'Dr.' },
  { role: 'front-desk' },
  { role: 'compliance-officer' },
];
/** Places in the list above of those whom a patient may have as general practitioner. */
const TREATING = [0, 1, 2];
export const ADDICTION_PHYSICIAN = 3;
export const COORDINATOR = 4;

export interface StaffMember {
  readonly reference: string;
  readonly role: Post['role'];
  readonly given: string;
  readonly family: string;
  readonly email: string;
}

export interface Practice {
  readonly id: string;
  readonly town: Town;
  readonly staff: readonly StaffMember[];
  readonly resources: readonly PopulationResource[];
}

/** A practice of behavioural health with a recovery programme (42 CFR Part 2) of its own. */
export function practiceOfNumber(seed: number, number: number): Practice {
  const draw = new Draw(seed, STREAM.practice, number);
  const id = practiceId(seed, number);
  const town = townOf(draw);
  const { line, postalCode } = addressIn(draw, town);
  const phone = phoneIn(draw, town);
  const title = `${draw.pick(['Harbour', 'Riverside', 'Summit', 'Lakeside', 'Prairie', 'Cedar', 'Beacon'])} ${town.city}`;
  const organization = (suffix: string, name: string, more: object): PopulationResource => ({
    resourceType: 'Organization',
    id: `${id}${suffix}`,
    active: true,
    identifier: [{ system: `${OWN}organization`, value: `${id}${suffix}` }],
    type: [
      concept({ system: `${THO}organization-type`, code: 'prov', display: 'Healthcare Provider' }),
    ],
    name,
    ...more,
  });
  const address = { line: [line], city: town.city, state: town.state, postalCode, country: 'US' };
  const people = POSTS.map((post, place) => staffOf({ seed, number, place }, post));
  return {
    id,
    town,
    staff: people.map(({ member }) => member),
    resources: [
      organization('', `${title} Behavioural Health`, {
        telecom: [{ system: 'phone', value: phone }],
        address: [address],
      }),
      organization('-recovery', `${title} Recovery Programme`, {
        partOf: refer('Organization', id),
      }),
      {
        resourceType: 'Location',
        id: `${id}-site`,
        status: 'active',
        name: `${title}, main site`,
        address,
        managingOrganization: refer('Organization', id),
      },
      ...people.flatMap(({ resources }) => resources),
    ],
  };
}

function staffOf(
  {
    seed,
    number,
    place,
  }: { readonly seed: number; readonly number: number; readonly place: number },
  post: Post,
): { readonly member: StaffMember; readonly resources: readonly PopulationResource[] } {
  const draw = new Draw(seed, STREAM.staff, number, place);
  const origin = draw.share(ORIGIN_SHARES);
  const gender = draw.share({ female: 58, male: 42 });
  const given = givenName(draw, origin, gender);
  const family = familyName(draw, origin);
  const id = staffId(seed, number, place);
  const organization = refer('Organization', practiceId(seed, number));
  const type = post.specialty === undefined ? 'Person' : 'Practitioner';
  const member = {
    reference: `${type}/${id}`,
    role: post.role,
    given,
    family,
    email: emailOf(given, family, number),
  };
  const name = [{ family, given: [given], ...(post.prefix && { prefix: [post.prefix] }) }];
  const person = { id, active: true, name, gender };
  if (post.specialty === undefined) {
    const identifier = [{ system: `${OWN}staff`, value: id }];
    return {
      member,
      resources: [
        { resourceType: type, ...person, identifier, managingOrganization: organization },
      ],
    };
  }
  const [code, display] = post.specialty;
  // Numbers from 9 on are given to nobody.
  const digits = `9${String((number * 10 + place) % 100_000_000).padStart(8, '0')}`;
  const identifier = [{ system: 'http://hl7.org/fhir/sid/us-npi', value: providerNumber(digits) }];
  return {
    member,
    resources: [
      { resourceType: type, ...person, identifier },
      {
        resourceType: 'PractitionerRole',
        id: `${id}-role`,
        active: true,
        practitioner: refer('Practitioner', id),
        organization,
        specialty: [concept({ system: SNOMED, code, display })],
      },
    ],
  };
}

/** The id of whoever is a patient's general practitioner, and of somebody else of the practice. */
export function treatingStaff(
  draw: Draw,
  seed: number,
  practice: number,
): { readonly own: string; readonly other: string } {
  const place = draw.below(TREATING.length);
  const other = (place + 1) % TREATING.length;
  return {
    own: staffId(seed, practice, at(TREATING, place)),
    other: staffId(seed, practice, at(TREATING, other)),
  };
}
