import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import fc from 'fast-check';
import { ACTIONS, type Actor, ROLES } from '../actor.ts';
import { sensitivityBit, UNKNOWN_SENSITIVITY } from '../labels/sensitivity-dictionary.ts';
import { FEDERAL_LAW } from '../law/law-table.ts';
import { STARTER_POLICY } from '../org/starter-policy.ts';
import { type TieKind, tieKey } from '../relations/relationship.ts';
import type { Rulebook } from '../rulebook.ts';
import { parseScopes } from '../scopes/smart-scopes.ts';

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
export const REFERENCES = [
  'Practitioner/a',
  'Practitioner/b',
  'Organization/c',
  'CareTeam/d',
  'RelatedPerson/e',
] as const;
export const TYPES = [
  'Observation',
  'Condition',
  'Patient',
  'Consent',
  'AuditEvent',
  'Organization',
];
const IDS = ['1', '2', '3'];
const LABELS = 'N R V L PSY BH SUD ETHUD HIV PSYTHPN SUDCN 42CFRPart2'.split(' ');
const RANKS = new Set(['U', 'L', 'M', 'N', 'R', 'V']);
const PURPOSES = 'TREAT ETREAT HPAYMT HOPERAT HRESCH PATRQT BTG HLEGAL PUBHLTH http://x|y'.split(
  ' ',
);

const coding = (system: string, code: string) => ({ system: `http://${system}`, code });
const LABORATORY = coding('category', 'laboratory');
const REPORT = coding('loinc.org', '11502-2');
const CODES = [coding('loinc.org', '1'), coding('snomed.info/sct', '2')];
const CLASSES = [
  ...['Observation', 'Condition', 'Patient'].map((code) => ({
    system: 'http://hl7.org/fhir/resource-types',
    code,
  })),
  LABORATORY,
  { system: 'urn:ietf:rfc:3986', code: 'http://profile/1' },
];
const dataOf = (meaning: string, reference: string) => ({ meaning, reference: { reference } });

/** Days of one month: few enough that periods, requests and dates meet. */
export const dayMs = (day: number): number => Date.UTC(2026, 0, day);
const dayText = (day: number): string => new Date(dayMs(day)).toISOString().slice(0, 10);
const day = fc.integer({ min: 1, max: 28 });

const some = <T>(...values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const label = (code: string) => ({
  system: `${TERMINOLOGY}/${RANKS.has(code) ? 'v3-Confidentiality' : 'v3-ActCode'}`,
  code,
});

const purpose = (code: string) => {
  const [system, bare] = code.split('|');
  return bare === undefined
    ? { system: `${TERMINOLOGY}/v3-ActReason`, code }
    : { system, code: bare };
};

const period = fc.tuple(fc.option(day), fc.option(day)).map(([start, end]) => ({
  ...(start !== null && { start: dayText(start) }),
  ...(end !== null && { end: dayText(end) }),
}));

/** The attributes of a provision, most of them absent most of the time. */
const attributes = fc.record(
  {
    actor: some(...REFERENCES).map((all) =>
      all.map((reference) => ({
        role: { coding: [{ system: `${TERMINOLOGY}/v3-ParticipationType`, code: 'IRCP' }] },
        reference: { reference },
      })),
    ),
    action: some('access', 'use', 'disclose', 'correct').map((codes) =>
      codes.map((code) => ({ coding: [{ system: `${TERMINOLOGY}/consentaction`, code }] })),
    ),
    securityLabel: fc.oneof(
      { weight: 9, arbitrary: some(...LABELS).map((codes) => codes.map(label)) },
      { weight: 1, arbitrary: fc.constant([{ system: 'http://unknown.example', code: 'Z' }]) },
    ),
    purpose: some(...PURPOSES).map((codes) => codes.map(purpose)),
    class: some(...CLASSES),
    documentType: fc.constantFrom([LABORATORY], [REPORT]),
    data: some(
      ...['Observation/1', 'Observation/2', 'Condition/1'].map((each) => dataOf('instance', each)),
      dataOf('related', 'Encounter/1'),
      dataOf('dependents', 'Observation/1'),
      dataOf('authoredby', 'Practitioner/a'),
      dataOf('authoredby', 'Practitioner/b'),
    ),
    period,
    code: fc.oneof(
      {
        weight: 9,
        arbitrary: some(...CODES).map((codes) => codes.map((code) => ({ coding: [code] }))),
      },
      { weight: 1, arbitrary: fc.constant([{ text: 'anything' }]) },
    ),
    dataPeriod: period,
  },
  { requiredKeys: [] },
);

// Each optional attribute is present half the time in fc.record; thin them out so that things match.
const thinned = fc
  .tuple(attributes, fc.infiniteStream(fc.integer({ min: 0, max: 99 })))
  .map(([all, dice]) => {
    const odds: Record<string, number> = {
      code: 15,
      dataPeriod: 15,
      documentType: 6,
      class: 45,
      period: 40,
      data: 30,
      action: 40,
    };
    const entries = Object.entries(all).filter(([name]) => {
      const roll = Number(dice.next().value);
      return roll < (odds[name] ?? 65);
    });
    return Object.fromEntries(entries) as Record<string, unknown>;
  });

export type ProvisionJson = Record<string, unknown> & { provision?: ProvisionJson[] };

/** Provisions with at most `depth` levels below them. */
function provisions(depth: number): fc.Arbitrary<ProvisionJson> {
  const children: fc.Arbitrary<ProvisionJson[]> =
    depth === 0 ? fc.constant([]) : fc.array(provisions(depth - 1), { maxLength: 3 });
  return fc
    .tuple(
      thinned,
      fc.option(fc.constantFrom('permit', 'deny'), { freq: 8, nil: undefined }),
      children,
    )
    .map(([stated, type, provision]) => ({
      ...stated,
      ...(type !== undefined && { type }),
      ...(provision.length > 0 && { provision }),
    }));
}

export const provisionArbitrary = fc.oneof(provisions(0), provisions(1), provisions(3));

export type ConsentJson = Record<string, unknown> & { provision: ProvisionJson };

export const consentArbitrary: fc.Arbitrary<ConsentJson> = fc
  .record({
    id: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
    status: fc.constantFrom('active', 'active', 'active', 'active', 'inactive'),
    scope: fc.constantFrom(
      'patient-privacy',
      'patient-privacy',
      'patient-privacy',
      'research',
      'adr',
    ),
    policy: fc.constantFrom(undefined, 'http://p/1', 'http://p/2'),
    signed: day,
    version: fc.integer({ min: 1, max: 3 }),
    provision: provisionArbitrary,
  })
  .map(({ scope, policy, signed, version, ...rest }) => ({
    resourceType: 'Consent',
    ...rest,
    scope: { coding: [{ system: `${TERMINOLOGY}/consentscope`, code: scope }] },
    meta: { versionId: String(version) },
    dateTime: dayText(signed),
    ...(policy !== undefined && { policy: [{ uri: policy }] }),
  }));

export const consentsArbitrary = fc.array(consentArbitrary, { maxLength: 4 });

const bits = ['PSY', 'SUD', 'ETHUD', 'HIV', 'PSYTHPN', 'SUDCN', '42CFRPart2'].map(sensitivityBit);

export const maskArbitrary: fc.Arbitrary<bigint> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant<bigint[]>([]) },
    { weight: 4, arbitrary: fc.subarray([...bits, UNKNOWN_SENSITIVITY], { maxLength: 2 }) },
  )
  .map((chosen) => chosen.reduce((mask, bit) => mask | bit, 0n));

/** What a resource says about itself: enough for every attribute that asks about content. */
const elements = fc.record({
  category: fc.constantFrom(undefined, [{ coding: [LABORATORY] }], [{ coding: [REPORT] }]),
  code: fc.constantFrom(undefined, ...CODES.map((each) => ({ coding: [each] }))),
  performer: fc.constantFrom(
    undefined,
    [{ reference: 'Practitioner/a' }],
    [{ reference: 'Practitioner/b/_history/2' }],
  ),
  encounter: fc.constantFrom(undefined, { reference: 'Encounter/1' }),
  focus: fc.constantFrom(undefined, [{ reference: 'Observation/1' }]),
  profile: fc.constantFrom(undefined, ['http://profile/1']),
  at: fc.option(day, { nil: undefined }),
});

type Stated = typeof elements extends fc.Arbitrary<infer T> ? T : never;

const DATED: Readonly<Record<string, string>> = {
  Observation: 'effectiveDateTime',
  Condition: 'recordedDate',
};

/** Who is what to a patient; most often somebody who treats. */
export const tiesArbitrary: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom<TieKind>(
        'care-team',
        'care-team',
        'encounter',
        'panel',
        'proxy',
        'guardian',
        'break-glass',
      ),
      fc.constantFrom(...REFERENCES),
    )
    .map(([kind, reference]) => tieKey(kind, reference)),
  { maxLength: 6 },
);

/** A row of patient p1 (key 1), or of none, that may name p2 (key 2) as well. */
export interface RowShape {
  readonly row: RowFacts;
  readonly hasOther: boolean;
}

export const rowArbitrary: fc.Arbitrary<RowShape> = fc
  .record({
    type: fc.constantFrom('Observation', 'Observation', ...TYPES),
    id: fc.constantFrom(...IDS),
    hasPatient: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
    hasState: fc.integer({ min: 0, max: 19 }).map((roll) => roll > 0),
    ties: tiesArbitrary,
    hasOther: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 7),
    confidentiality: fc.constantFrom(-1, 0, 2, 3, 3, 3, 4, 5),
    sensitivity: maskArbitrary,
    stated: fc.option(elements, { freq: 9 }),
  })
  .map(({ hasPatient, hasState, hasOther, stated, ties, ...labels }) => ({
    hasOther,
    row: {
      ...labels,
      content: stated === null ? null : contentOf(labels, stated),
      patient: hasPatient ? (1n as ResourceKey) : null,
      patientId: hasPatient && hasState ? 'p1' : null,
      consentClass: 0,
      residual: [],
      ties: hasPatient && hasState ? ties : [],
      others: [],
    },
  }));

function contentOf(
  { type, id }: Pick<RowFacts, 'type' | 'id'>,
  { profile, at, ...rest }: Stated,
): string {
  const dated = DATED[type];
  return JSON.stringify({
    resourceType: type,
    id,
    meta: { profile },
    ...rest,
    ...(dated !== undefined && at !== undefined && { [dated]: dayText(at) }),
  });
}

const capacity = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      roles: fc.constant(['clinician' as const]),
      purposes: fc.constantFrom(['TREAT'], ['TREAT'], ['ETREAT'], ['HOPERAT', 'TREAT']),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { roles: ['patient' as const], purposes: ['PATRQT'] },
      { roles: ['proxy' as const], purposes: ['PATRQT'] },
      { roles: ['researcher' as const], purposes: ['HRESCH'] },
      { roles: ['compliance-officer' as const], purposes: ['PUBHLTH'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      roles: fc.uniqueArray(fc.constantFrom(...ROLES), { maxLength: 3 }),
      purposes: fc.uniqueArray(fc.constantFrom(...PURPOSES), { maxLength: 3 }),
    }),
  },
);

const scopes = fc
  .uniqueArray(
    fc.constantFrom(
      'user/*.cruds',
      'patient/*.rs',
      'user/Observation.read',
      'system/Condition.cu',
      'patient/Organization.r',
      'user/Observation.rs?category=http://category|laboratory',
      'user/*.rs?code=http://loinc.org|1,http://snomed.info/sct|2',
      'user/Observation.rs?status=final',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((texts) => parseScopes(texts.join(' ')) ?? []);

export const actorArbitrary: fc.Arbitrary<Actor> = fc
  .record({
    scopes: fc.option(scopes, { freq: 3, nil: undefined }),
    capacity,
    closure: fc.subarray([...REFERENCES]),
    patientId: fc.constantFrom('p1', 'p1', 'p9').map((id) => id as PatientId),
    emergency: fc.integer({ min: 0, max: 4 }).map((roll) => roll === 0),
  })
  .map(({ capacity: { roles, purposes }, closure, scopes: asked, ...rest }) => ({
    ...rest,
    ...(asked !== undefined && { scopes: asked }),
    roles,
    purposes,
    tenant: 1 as TenantId,
    principal: closure[0] ?? 'Practitioner/nobody',
    closure,
    tokenId: 't',
  }));

export const actionArbitrary = fc.constantFrom('read' as const, 'read' as const, ...ACTIONS);

/** An instant within the month, or after it. */
export const nowArbitrary = fc
  .tuple(fc.integer({ min: 1, max: 35 }), fc.constantFrom(0, 1, 43_200_000))
  .map(([date, offset]) => dayMs(date) + offset);

export const rulebookArbitrary: fc.Arbitrary<Rulebook> = fc.record({
  domain: fc.record({
    default: fc.constantFrom(
      'basic-normal' as const,
      'basic-normal' as const,
      'all-normal' as const,
      'break-glass-only' as const,
      'deny' as const,
    ),
    confidentialityDeny: fc.constantFrom(
      'and-above' as const,
      'and-above' as const,
      'exact' as const,
    ),
    firm: fc.constantFrom([], [], ['HIV']),
  }),
  law: fc.constantFrom(FEDERAL_LAW, FEDERAL_LAW, []),
  policy: fc.constant(STARTER_POLICY),
});
