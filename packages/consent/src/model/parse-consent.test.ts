import { describe, expect, it } from 'vitest';
import { unenforceableIn } from './conditions.ts';
import { instantsOf, periodOf } from './fhir-time.ts';
import { walk } from './lint.ts';
import { parseConsent } from './parse-consent.ts';
import { inForce } from './supersession.ts';
import { UNENFORCEABLE_CONSTRUCTS, type UnenforceableConstruct } from './unenforceable.ts';

const consent = (provision: unknown, rest: object = {}) => ({
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  dateTime: '2026-01-10',
  policy: [{ uri: 'http://p' }],
  provision,
  ...rest,
});

const rules = (resource: unknown): string[] =>
  parseConsent(resource).findings.map(({ rule, severity }) => `${rule} ${severity}`);

const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';

describe('parseConsent', () => {
  it('A1 takes a missing root type from an OPTIN or OPTOUT policy rule', () => {
    const rule = (code: string) => ({ policyRule: { coding: [{ code }] } });
    expect(parseConsent(consent({}, rule('OPTIN'))).root.effect).toBe('permit');
    expect(parseConsent(consent({}, rule('OPTOUTE'))).root.effect).toBe('deny');
    expect(parseConsent(consent({}, rule('OPTIN'))).unenforceable).toBe(false);
  });

  it.each([
    ['no type at all', consent({})],
    [
      'a type that is none',
      consent({ type: 'allow' }, { policyRule: { coding: [{ code: 'OPTIN' }] } }),
    ],
    ['no provision', consent(undefined)],
    ['a provision that is no object', consent('permit')],
    ['a broken root period', consent({ type: 'permit', period: { start: 'soon' } })],
    ['a modifier extension', consent({ type: 'permit' }, { modifierExtension: [{}] })],
  ])('A1 marks a consent with %s as unenforceable', (_what, resource) => {
    const model = parseConsent(resource);
    expect(model.unenforceable).toBe(true);
    expect(model.findings.some(({ severity }) => severity === 'unenforceable')).toBe(true);
  });

  it('A2 and R5: a nested type is honoured, a missing one negates its parent', () => {
    const { root } = parseConsent(
      consent({
        type: 'permit',
        provision: [{ provision: [{}] }, { type: 'permit', provision: [{}] }],
      }),
    );
    expect(walk(root).map(({ effect }) => effect)).toEqual([
      'permit',
      'deny',
      'permit',
      'permit',
      'deny',
    ]);
  });

  it('A5 flags too deep or too many provisions and keeps none of them', () => {
    let deep: object = { type: 'permit' };
    for (let level = 0; level < 100_000; level++) deep = { type: 'permit', provision: [deep] };
    const wide = { type: 'permit', provision: Array.from({ length: 512 }, () => ({})) };
    for (const provision of [deep, wide]) {
      const model = parseConsent(consent(provision));
      expect(model.root.children).toEqual([]);
      expect(model.unenforceable).toBe(true);
      expect(rules(consent(provision))).toContain('A5 beyond-limits');
    }
  });

  it('lints A7, A9, A10 and A13 where readings differ', () => {
    const label = (system: string, code: string) => ({
      securityLabel: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
    });
    const a7 = {
      type: 'permit',
      ...label('v3-ActCode', 'PSY'),
      provision: [{ type: 'deny', ...label('v3-Confidentiality', 'N') }],
    };
    const timed = (end: string) => ({ type: 'permit', provision: [{ period: { end } }] });
    expect(rules(consent(a7))).toEqual(['A7 warning']);
    expect(rules(consent(timed('2026-02-01')))).toEqual(['A9 warning']);
    expect(rules(consent(timed('2025-02-01')))).toEqual(['A10 warning']);
    expect(rules(consent({ type: 'permit' }, { policy: [] }))).toEqual(['A13 warning']);
  });

  it('does not evaluate advance directives', () => {
    const scope = { scope: { coding: [{ code: 'adr' }] } };
    const model = parseConsent(consent({ type: 'deny' }, scope));
    expect(model.scope).toBe('other');
    expect(inForce([model])).toEqual([]);
  });
});

describe('every unenforceable construct', () => {
  const many = Array.from({ length: 257 }, (_, index) => ({ code: `P${index}` }));
  const STATED: Readonly<Record<UnenforceableConstruct, object>> = {
    'actor-without-reference': { actor: [{ reference: { display: 'my doctor' } }] },
    'action-unknown': { action: [{ coding: [{ code: 'delete' }] }] },
    'label-unknown': { securityLabel: [{ system: 'http://unknown', code: 'HIV' }] },
    'purpose-without-code': { purpose: [{ system: 'http://x' }] },
    'class-unknown': { class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Nope' }] },
    'code-without-coding': { code: [{ text: 'flu' }] },
    'data-without-reference': { data: [{ meaning: 'instance', reference: { display: 'it' } }] },
    'period-invalid': { period: { start: '2026-02-30' } },
    expression: { expression: { language: 'text/fhirpath', expression: 'true' } },
    'modifier-extension': { modifierExtension: [{ url: 'http://x' }] },
    malformed: { type: 'maybe' },
    'too-many-values': { purpose: many },
  };
  it.each(Object.entries(STATED))('%s is recognised, flagged and listed', (construct, stated) => {
    const model = parseConsent(
      consent({ type: 'permit', provision: [{ type: 'permit', ...stated }] }),
    );
    const [, child] = walk(model.root);
    expect(child && unenforceableIn(child.stated)).toEqual([construct]);
    const text = UNENFORCEABLE_CONSTRUCTS[construct as UnenforceableConstruct];
    expect(model.findings).toContainEqual(
      expect.objectContaining({ severity: 'unenforceable', path: 'provision.provision[0]', text }),
    );
  });
});

describe('a consent in the shape of R5', () => {
  it('says what its R4 twin says: decision as the root type, exceptions below it', () => {
    const exception = {
      actor: [{ reference: { reference: 'Practitioner/a' } }],
      documentType: [{ system: 'http://loinc.org', code: '34117-2' }],
    };
    const r5 = parseConsent({
      status: 'active',
      date: '2026-01-01',
      decision: 'permit',
      period: { end: '2027-01-01' },
      controller: [{ reference: 'Organization/o' }],
      policyBasis: { uri: 'http://policy' },
      provision: [
        { ...exception, resourceType: [{ system: RESOURCE_TYPES, code: 'Observation' }] },
      ],
    });
    const r4 = parseConsent({
      status: 'active',
      dateTime: '2026-01-01',
      organization: [{ reference: 'Organization/o' }],
      policy: [{ uri: 'http://policy' }],
      provision: {
        type: 'permit',
        period: { end: '2027-01-01' },
        provision: [
          { ...exception, type: 'deny', class: [{ system: RESOURCE_TYPES, code: 'Observation' }] },
        ],
      },
    });
    expect(r5).toEqual(r4);
    expect(r5.unenforceable).toBe(false);
  });

  it('without a decision is unenforceable, like a root without a type', () => {
    expect(parseConsent({ status: 'active', provision: [{}] }).unenforceable).toBe(true);
  });
});

describe('A13 supersession', () => {
  const made = (id: string, dateTime: string, rest: object = {}) =>
    parseConsent(consent({ type: 'permit', ...rest }, { id, dateTime }));

  it('cuts a consent where a newer one of its lineage starts, and never revives it', () => {
    const old = made('old', '2026-01-01');
    const renewal = made('new', '2026-02-01', {
      period: { start: '2026-03-01', end: '2026-04-01' },
    });
    const [first, second] = inForce([old, renewal]);
    expect(first).toMatchObject({ from: -Infinity, until: Date.UTC(2026, 2, 1) });
    expect(second).toMatchObject({ from: Date.UTC(2026, 2, 1), until: Date.UTC(2026, 3, 2) });
  });

  it('lets both stand where date and version are equal, or no policy names the lineage', () => {
    const twins = [made('a', '2026-01-01'), made('b', '2026-01-01')];
    expect(inForce(twins).map(({ until }) => until)).toEqual([Infinity, Infinity]);
    const bare = ['2026-01-01', '2026-02-01'].map((dateTime) =>
      parseConsent(consent({ type: 'permit' }, { dateTime, policy: [] })),
    );
    expect(inForce(bare).map(({ until }) => until)).toEqual([Infinity, Infinity]);
  });
});

describe('FHIR time', () => {
  it('covers what its precision says', () => {
    expect(instantsOf('2026')).toEqual({ from: Date.UTC(2026, 0), until: Date.UTC(2027, 0) });
    expect(instantsOf('2026-02')).toEqual({ from: Date.UTC(2026, 1), until: Date.UTC(2026, 2) });
    expect(instantsOf('2026-02-28')?.until).toBe(Date.UTC(2026, 2, 1));
    const from = Date.UTC(2026, 1, 28, 12);
    expect(instantsOf('2026-02-28T14:00:00+02:00')).toEqual({ from, until: from + 1000 });
  });

  it('is undefined for what is no date and for a period that ends before it starts', () => {
    for (const text of ['2026-02-30', '2026-13', 'yesterday', '2026-01-01T25:00:00Z', 5]) {
      expect(instantsOf(text)).toBeUndefined();
    }
    expect(periodOf({ start: '2026-02', end: '2026-01' })).toBeUndefined();
  });
});
