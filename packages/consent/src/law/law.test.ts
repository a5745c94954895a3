import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ANY_TIE } from '@holdfast/store';
import { describe, expect, it } from 'vitest';
import type { Action, Actor } from '../actor.ts';
import { sensitivityBit } from '../labels/sensitivity-dictionary.ts';
import { ConsentEngine } from '../memory/consent-engine.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { interpret } from '../reference/interpreter.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';

const actor: Actor = {
  tenant: 1 as TenantId,
  principal: 'Practitioner/a',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};
const nowMs = Date.UTC(2026, 5, 1);

/** What engine and interpreter both answer. */
function decide(
  asked: { readonly actor?: Partial<Actor>; readonly action?: Action; readonly labels?: string[] },
  provisions: readonly object[],
  rulebook: Rulebook = STARTER_RULEBOOK,
): { readonly permitted: boolean; readonly rule: string } {
  const consents = provisions.map((provision, index) =>
    parseConsent({ id: `k${index}`, status: 'active', dateTime: '2026-01-01', provision }),
  );
  const engine = new ConsentEngine(rulebook);
  const who = { ...actor, ...asked.actor };
  const action = asked.action ?? 'read';
  const row = {
    type: 'Observation',
    id: 'x',
    patient: 1n as ResourceKey,
    patientId: 'p',
    confidentiality: (asked.labels ?? []).length > 0 ? 4 : 3,
    sensitivity: (asked.labels ?? []).reduce((mask, code) => mask | sensitivityBit(code), 0n),
    content: null,
    ties: [ANY_TIE],
    others: [],
    ...engine.intern(consents, nowMs),
  };
  const permitted = engine.decide(who, action, { row, nowMs });
  const reason = interpret(
    { actor: who, action, nowMs, rulebook },
    { row, consents, othersConsents: [] },
  );
  expect(reason.outcome === 'permit').toBe(permitted);
  return { permitted, rule: reason.rule };
}

const purposes = (...codes: string[]) => ({ purpose: codes.map((code) => ({ code })) });
const labelled = (code: string) => ({
  securityLabel: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }],
});
const everything = { type: 'permit' };

describe('42 CFR Part 2', () => {
  const part2 = ['42CFRPart2'];
  const research = { roles: ['researcher' as const], purposes: ['HRESCH'] };

  it('lets one consent cover all treatment, payment and operations', () => {
    expect(decide({ labels: part2 }, [everything]).permitted).toBe(true);
    expect(decide({ labels: part2 }, []).permitted).toBe(false);
  });

  it('needs a consent that names any other use', () => {
    expect(decide({ labels: part2, actor: research }, [everything]).permitted).toBe(false);
    expect(decide({ labels: [], actor: research }, [everything]).permitted).toBe(true);
    const named = { type: 'permit', ...purposes('HRESCH') };
    expect(decide({ labels: part2, actor: research }, [named]).permitted).toBe(true);
  });

  it('opens to legal proceedings by a consent that names them, not by one for operations', () => {
    const rulebook = withRule(['HOPERAT']);
    const court = { labels: part2, actor: { purposes: ['HLEGAL'] } };
    const broad = { type: 'permit', ...purposes('TREAT', 'HPAYMT', 'HOPERAT') };
    expect(decide(court, [broad], rulebook).permitted).toBe(false);
    expect(decide({ ...court, labels: [] }, [broad], rulebook).permitted).toBe(true);
    expect(decide(court, [{ type: 'permit', ...purposes('HLEGAL') }], rulebook).permitted).toBe(
      true,
    );
  });

  it('keeps counselling notes outside every permit that does not name them', () => {
    const broad = { type: 'permit', ...labelled('42CFRPart2') };
    expect(decide({ labels: ['SUDCN'] }, [broad]).permitted).toBe(false);
    expect(
      decide({ labels: ['SUDCN'] }, [{ type: 'permit', ...labelled('SUDCN') }]).permitted,
    ).toBe(true);
  });
});

describe('mandated disclosure', () => {
  const report = { actor: { purposes: ['PUBHLTH'] }, action: 'disclose' as const };
  const denied = { type: 'deny' };

  it('to public health authorities stands above consents and policy', () => {
    expect(decide(report, [denied])).toEqual({ permitted: true, rule: 'public-health-report' });
    expect(decide({ ...report, action: 'read' }, [denied]).permitted).toBe(false);
  });

  it('leaves Part 2 records and psychotherapy notes closed', () => {
    for (const label of ['42CFRPart2', 'SUDCN', 'PSYTHPN']) {
      expect(decide({ ...report, labels: [label] }, []).permitted).toBe(false);
    }
  });

  it('is a table: without it nothing is mandated', () => {
    expect(decide(report, [denied], { ...STARTER_RULEBOOK, law: [] }).permitted).toBe(false);
  });
});

describe('emergency access', () => {
  const emergency = { actor: { emergency: true, purposes: ['ETREAT'] } };
  const denied = { type: 'deny' };

  it('opens what a patient denied', () => {
    expect(decide(emergency, [denied])).toEqual({ permitted: true, rule: 'GLASS' });
    expect(decide({ actor: { purposes: ['ETREAT'] } }, [denied]).permitted).toBe(false);
  });

  it('opens no deny that names emergencies, even inside a permit', () => {
    expect(decide(emergency, [{ ...denied, ...purposes('ETREAT') }]).permitted).toBe(false);
    const nested = { type: 'permit', provision: [{ ...denied, ...purposes('BTG') }] };
    const breaking = { actor: { emergency: true, purposes: ['BTG'] } };
    expect(decide(breaking, [nested]).permitted).toBe(false);
    expect(decide(breaking, [{ type: 'permit', provision: [denied] }]).permitted).toBe(true);
  });

  it('opens no psychotherapy notes, and nothing the policy domain calls firm', () => {
    expect(decide({ ...emergency, labels: ['PSYTHPN'] }, [denied]).permitted).toBe(false);
    expect(decide({ ...emergency, labels: ['HIV'] }, [denied]).permitted).toBe(true);
    const { domain } = STARTER_RULEBOOK;
    const rulebook = { ...STARTER_RULEBOOK, domain: { ...domain, firm: ['HIV'] } };
    expect(decide({ ...emergency, labels: ['HIV'] }, [denied], rulebook).permitted).toBe(false);
  });
});

/** The starter rulebook, with clinicians reading for further purposes. */
function withRule(further: readonly string[]): Rulebook {
  const { policy } = STARTER_RULEBOOK;
  const rules = policy.rules.map((rule) =>
    rule.id === 'care-read' ? { ...rule, purposes: [...rule.purposes, ...further] } : rule,
  );
  return { ...STARTER_RULEBOOK, policy: { version: 'test', rules } };
}
