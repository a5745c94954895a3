import { describe, expect, it } from 'vitest';
import { MAX_POLICY_RULES } from '../limits.ts';
import { STARTER_RULEBOOK } from '../rulebook.ts';
import type { OrgRule } from './access-policy.ts';
import { lintPolicy } from './lint-policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import { readPolicy } from './read-policy.ts';

const { domain, policy } = STARTER_RULEBOOK;
const starter: PolicyDocument = { title: 'Starter', domain, rules: policy.rules };

const rule = (id: string, rest: Partial<OrgRule> = {}): OrgRule => ({
  id,
  effect: 'permit',
  roles: ['clinician'],
  actions: ['read'],
  purposes: ['TREAT'],
  types: ['clinical'],
  patientLayer: 'consents',
  because: 'it is needed',
  ...rest,
});
const of = (...rules: readonly OrgRule[]): PolicyDocument => ({ title: 'Test', domain, rules });
const warnings = (document: PolicyDocument) =>
  lintPolicy(document).map(({ path, text }) => `${path}: ${text}`);

describe('readPolicy', () => {
  it('reads the starter policy as JSON, and says nothing against it', () => {
    const read = readPolicy(JSON.parse(JSON.stringify(starter)));
    expect(read).toEqual({ ok: true, value: starter });
    expect(lintPolicy(starter).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('finds every fault at once, each with its place and its mend', () => {
    const read = readPolicy({
      title: '',
      domain: { default: 'open', confidentialityDeny: 'exact', firm: ['FLU'] },
      rules: [
        { ...rule('a'), roles: ['nurse'], purposes: ['TREATT'], when: 'always' },
        { ...rule('a'), actions: [], types: ['clinicals'], because: undefined },
      ],
    });
    if (read.ok) throw new Error('it was read');
    expect(read.error.map(({ path }) => path)).toEqual([
      'title',
      'domain.default',
      'domain.firm[0]',
      'rules[0].when',
      'rules[0].roles[0]',
      'rules[0].purposes[0]',
      'rules[1].actions',
      'rules[1].types[0]',
      'rules[1].because',
      'rules[1].id',
    ]);
    expect(read.error.find(({ path }) => path === 'rules[0].roles[0]')?.text).toContain(
      'clinician',
    );
  });

  it('takes as many rules as the limit says, single types, and codes of other systems', () => {
    const many = Array.from({ length: MAX_POLICY_RULES }, (_, index) => rule(`r${index}`));
    expect(readPolicy(of(...many)).ok).toBe(true);
    expect(readPolicy(of(...many, rule('more'))).ok).toBe(false);
    const own = rule('own', { types: ['Observation'], purposes: ['http://clinic|ward-round'] });
    expect(readPolicy(of(own)).ok).toBe(true);
  });

  it.each([null, [], 'text', { rules: 1 }])('refuses %j without failing', (value) => {
    expect(readPolicy(value).ok).toBe(false);
  });
});

describe('lintPolicy', () => {
  it('names the deny that makes a permit idle, whatever narrower purpose it states', () => {
    const deny = rule('never', { effect: 'deny', patientLayer: 'none' });
    const permit = rule('idle', { purposes: ['ETREAT'], types: ['Observation'] });
    expect(warnings(of(permit, deny))).toEqual([
      'rules[0]: Never takes effect: the deny "never" covers all of it.',
    ]);
    expect(warnings(of(rule('used', { purposes: ['TREAT', 'HPAYMT'] }), deny))).toEqual([]);
  });

  it('names the permit that opens as much, and of two equals the later one', () => {
    const wide = rule('wide', { actions: ['read', 'write'] });
    expect(warnings(of(rule('narrow'), wide))).toEqual([
      'rules[0]: Adds nothing: the permit "wide" opens as much.',
    ]);
    expect(warnings(of(rule('a'), rule('b')))).toEqual([
      'rules[1]: Adds nothing: the permit "a" opens as much.',
    ]);
    expect(
      warnings(of(rule('a'), rule('b', { patientLayer: 'none', relationship: ['self'] }))),
    ).toEqual([]);
  });

  it('asks about permits that stand above what patients decided', () => {
    expect(warnings(of(rule('open', { patientLayer: 'none' })))).toHaveLength(1);
    expect(warnings(of(rule('own', { patientLayer: 'none', relationship: ['self'] })))).toEqual([]);
    expect(warnings(of(rule('audit', { patientLayer: 'none', types: ['audit'] })))).toEqual([]);
  });
});
