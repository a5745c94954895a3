import type { PatientId, TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../actor.ts';
import { tieKey } from '../relations/relationship.ts';
import { MemoryConsents, type MemoryQuestion } from './memory-consents.ts';

const nowMs = Date.UTC(2026, 5, 1);
const ada = 'ada' as PatientId;
const actor: Actor = {
  tenant: 1 as TenantId,
  principal: 'Practitioner/a',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};
const of = (patient: string, rest: object = {}): MemoryQuestion => ({
  actor,
  action: 'read',
  resource: {
    resourceType: 'Observation',
    id: 'x',
    subject: { reference: `Patient/${patient}` },
    ...rest,
  },
  nowMs,
});
const deny = { resourceType: 'Consent', id: 'k', status: 'active', provision: { type: 'deny' } };

describe('MemoryConsents', () => {
  it('decides by what is on file at the moment of asking, and explains it', () => {
    const consents = new MemoryConsents();
    consents.put(ada, [], nowMs);
    consents.relate(ada, [tieKey('care-team', actor.principal)]);
    expect(consents.decide(of('ada'))).toBe(true);
    consents.put(ada, [deny], nowMs);
    expect(consents.decide(of('ada'))).toBe(false);
    expect(consents.explain(of('ada')).lines.join('\n')).toContain('Consent/k');
    consents.put(ada, [], nowMs);
    expect(consents.decide(of('ada'))).toBe(true);
    consents.relate(ada, []);
    expect(consents.decide(of('ada'))).toBe(false);
  });

  it('opens nothing of a patient it does not know, alone or beside one it knows', () => {
    const consents = new MemoryConsents();
    consents.put(ada, [], nowMs);
    expect(consents.decide(of('ben'))).toBe(false);
    const beside = of('ada', { performer: [{ reference: 'Patient/ben' }] });
    expect(consents.decide(beside)).toBe(false);
    expect(consents.explain(beside).outcome).toBe('deny');
  });
});
