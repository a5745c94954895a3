import { describe, expect, it } from 'vitest';
import { canonicalise } from '../compile/canonical-class.ts';
import { decodeClass, NO_CONSENT } from '../compile/decode-class.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';
import { type AskedContext, accessChanges, contextsOf } from './access-changes.ts';

const NOW = Date.UTC(2026, 5, 1);
const care: AskedContext = { role: 'clinician', purpose: 'TREAT', action: 'read' };
const without = (id: string): Rulebook => ({
  ...STARTER_RULEBOOK,
  policy: {
    version: `without ${id}`,
    rules: STARTER_RULEBOOK.policy.rules.filter((rule) => rule.id !== id),
  },
});
const none = { rulebook: STARTER_RULEBOOK, consentClass: NO_CONSENT };
function classOf(provision: object) {
  const consent = { status: 'active', dateTime: '2026-01-01', provision };
  const decoded = decodeClass(canonicalise([parseConsent(consent)], NOW)?.canonical ?? '');
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
}

const changed = (asked: AskedContext, before: typeof none, after: typeof none) =>
  accessChanges(asked, { before, after, nowMs: NOW });

describe('what changes', () => {
  it('is nothing between equals, in any context', () => {
    for (const asked of contextsOf(STARTER_RULEBOOK)) {
      expect(changed(asked, none, none)).toEqual([]);
    }
  });

  it('is what a rule gave, once it is gone, and the reverse when it comes', () => {
    const gone = { ...none, rulebook: without('care-read') };
    const lost = changed(care, none, gone);
    expect(lost).toContainEqual(
      expect.objectContaining({ ...care, standing: 'related', change: 'loses', label: 'ordinary' }),
    );
    expect(lost.find(({ label }) => label === 'ordinary')?.types).toContain('Observation');
    expect(lost.some(({ label }) => label === 'HIV')).toBe(false);
    const gained = changed(care, gone, none);
    expect(gained).toEqual(lost.map((each) => ({ ...each, change: 'gains' })));
    expect(changed({ ...care, role: 'billing' }, none, gone)).toEqual([]);
  });

  it('tells whom a consent names from everybody else', () => {
    const deny = classOf({
      type: 'deny',
      actor: [{ reference: { reference: 'Practitioner/x' } }],
    });
    const changes = changed(care, none, { ...none, consentClass: deny });
    expect(new Set(changes.map(({ standing, change }) => `${standing} ${change}`))).toEqual(
      new Set(['named loses']),
    );
  });

  it('tells labels apart', () => {
    const permit = classOf({ type: 'permit' });
    const changes = changed(care, none, { ...none, consentClass: permit });
    expect(
      changes.filter(({ standing }) => standing === 'related').map(({ label }) => label),
    ).toEqual(expect.arrayContaining(['R', 'SUD', 'HIV', '42CFRPart2']));
    expect(changes.some(({ label }) => label === 'ordinary' || label === 'PSYTHPN')).toBe(false);
  });
});
