import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ANY_TIE } from '@holdfast/store';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../actor.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { explain } from './explain.ts';

const actor: Actor = {
  tenant: 1 as TenantId,
  principal: 'Practitioner/b',
  closure: ['Practitioner/b'],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};
const row = {
  type: 'Observation',
  id: 'x',
  patient: 1n as ResourceKey,
  patientId: 'p',
  confidentiality: 3,
  sensitivity: 0n,
  content: null,
  consentClass: 0,
  residual: [],
  ties: [ANY_TIE],
  others: [],
};
const request = { actor, action: 'read', nowMs: Date.UTC(2026, 5, 1) } as const;
const consent = (id: string, provision: object, rest: object = {}) =>
  parseConsent({ id, status: 'active', dateTime: '2026-01-01', provision, ...rest });

describe('explain', () => {
  it('names the rule, the consent and the path of the provision that denied', () => {
    const denied = consent('k', {
      type: 'permit',
      provision: [{ type: 'deny', actor: [{ reference: { reference: 'Practitioner/b' } }] }],
    });
    const { outcome, lines } = explain(request, { row, consents: [denied] });
    expect(outcome).toBe('deny');
    expect(lines.join('\n')).toContain('[Consent/k/_history/0 provision.provision[0]]');
    expect(lines.join('\n')).toMatch(/deny: a deeper provision denies \(A4\)/);
  });

  it('names the nearest miss: the permit that needed least, and what it lacked', () => {
    const far = consent('far', {
      type: 'permit',
      actor: [{ reference: { reference: 'Practitioner/a' } }],
      purpose: [{ code: 'HRESCH' }],
    });
    const near = consent('near', {
      type: 'permit',
      actor: [{ reference: { reference: 'Practitioner/a' } }],
    });
    const { nearestMiss, lines } = explain(request, { row, consents: [far, near] });
    expect(nearestMiss).toEqual({
      consent: 'near',
      path: 'provision',
      missing: ['Practitioner/b is none of Practitioner/a'],
    });
    expect(lines.join('\n')).toContain('(A11)');
  });

  it('says which policy permitted when no consent speaks, and which consents are not in force', () => {
    const over = consent('over', { type: 'deny', period: { end: '2026-02-01' } });
    const { outcome, lines, notInForce, nearestMiss } = explain(request, { row, consents: [over] });
    expect(outcome).toBe('permit');
    expect(lines[0]).toContain('(care-read)');
    expect(lines[1]).toContain('(DEFAULT)');
    expect(notInForce).toEqual(['Consent/over']);
    expect(nearestMiss).toBeUndefined();
  });

  it('does not let one patient’s consent supersede another’s', () => {
    const lineage = { policy: [{ uri: 'http://p' }] };
    const newer = { ...lineage, dateTime: '2026-02-01' };
    const { notInForce } = explain(request, {
      row,
      consents: [consent('mine', { type: 'permit' }, lineage)],
      othersConsents: [[consent('theirs', { type: 'permit' }, newer)]],
    });
    expect(notInForce).toEqual([]);
  });
});
