import { resourceTypes } from '@holdfast/fhir';
import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import { ANY_TIE, type RowFacts } from '@holdfast/store';
import { describe, expect, it } from 'vitest';
import { ACTIONS, type Action, type Actor, type Role } from '../actor.ts';
import { CONFIDENTIALITY } from '../labels/confidentiality.ts';
import { sensitivityBit } from '../labels/sensitivity-dictionary.ts';
import { ConsentEngine } from '../memory/consent-engine.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { interpret } from '../reference/interpreter.ts';
import { STARTER_RULEBOOK } from '../rulebook.ts';
import { TYPE_GROUPS, type TypeGroup, typesOf } from './type-groups.ts';

const actor = (roles: readonly Role[], purposes: readonly string[], rest: object = {}): Actor => ({
  tenant: 1 as TenantId,
  principal: 'Practitioner/a',
  closure: ['Practitioner/a'],
  roles,
  purposes,
  emergency: false,
  tokenId: 't',
  ...rest,
});

const row = (type: string, rest: Partial<RowFacts> = {}): RowFacts => ({
  type,
  id: 'x',
  patient: 1n as ResourceKey,
  patientId: 'p1',
  confidentiality: CONFIDENTIALITY.N,
  sensitivity: 0n,
  content: null,
  consentClass: 0,
  residual: [],
  ties: [ANY_TIE],
  others: [],
  ...rest,
});

const nowMs = Date.UTC(2026, 0, 1);
function may(
  who: Actor,
  action: Action,
  facts: RowFacts,
  consents: readonly object[] = [],
): boolean {
  const engine = new ConsentEngine(STARTER_RULEBOOK);
  const models = consents.map((each) => parseConsent(each));
  const filled = { ...facts, ...engine.intern(models, nowMs) };
  return engine.decide(who, action, { row: filled, nowMs });
}

const own = { patientId: 'p1' as PatientId };
const consent = (provision: object) => ({ resourceType: 'Consent', status: 'active', provision });
const denyAll = consent({ type: 'deny' });

describe('type groups', () => {
  it('put every R4 type in exactly one group, and nothing else', () => {
    const grouped = Object.keys(TYPE_GROUPS).flatMap((group) => typesOf(group as TypeGroup));
    expect([...grouped].sort()).toEqual([...resourceTypes].sort());
  });
});

describe('the starter policy', () => {
  const clinician = actor(['clinician'], ['TREAT']);

  it('lets clinicians read and write normal data without a consent, sensitive data only with one', () => {
    expect(may(clinician, 'read', row('Observation'))).toBe(true);
    expect(may(clinician, 'write', row('Observation'))).toBe(true);
    const restricted = row('Observation', { confidentiality: CONFIDENTIALITY.R });
    const sensitive = row('Observation', { sensitivity: sensitivityBit('HIV') });
    for (const facts of [restricted, sensitive]) {
      expect(may(clinician, 'read', facts)).toBe(false);
      expect(may(clinician, 'read', facts, [consent({ type: 'permit' })])).toBe(true);
    }
  });

  it('A8 treats what is not labelled yet as R', () => {
    const fresh = row('Observation', { confidentiality: -1 });
    const upTo = (code: string) => {
      const system = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
      return [consent({ type: 'permit', securityLabel: [{ system, code }] })];
    };
    expect(may(clinician, 'read', fresh)).toBe(false);
    expect(may(clinician, 'read', fresh, upTo('N'))).toBe(false);
    expect(may(clinician, 'read', fresh, upTo('R'))).toBe(true);
  });

  it('opens their own record to patients whatever they consented to, and nobody else’s', () => {
    const patient = actor(['patient'], ['PATRQT'], own);
    expect(may(patient, 'read', row('Observation'), [denyAll])).toBe(true);
    expect(may(patient, 'write', row('Consent'), [denyAll])).toBe(true);
    expect(may(patient, 'read', row('Observation', { patientId: 'p2' }))).toBe(false);
    expect(may(patient, 'write', row('Observation'))).toBe(false);
  });

  it('shows a proxy what a consent opens to it, in its own name', () => {
    const principal = 'RelatedPerson/e';
    const proxy = actor(['proxy'], ['PATRQT'], { ...own, principal, closure: [principal] });
    const opened = consent({ type: 'permit', actor: [{ reference: { reference: principal } }] });
    const ties = [`proxy:${principal}`];
    expect(may(proxy, 'read', row('Observation', { ties }))).toBe(false);
    expect(may(proxy, 'read', row('Observation', { ties }), [opened])).toBe(true);
    expect(may(proxy, 'read', row('Observation', { ties: [] }), [opened])).toBe(false);
    expect(may(proxy, 'write', row('Consent', { ties }), [opened])).toBe(false);
  });

  it('asks who treats for a treating relationship, and lifts it with the relationship', () => {
    const of = (...ties: string[]) => row('Observation', { ties });
    expect(may(clinician, 'read', of())).toBe(false);
    for (const kind of ['care-team', 'encounter', 'episode', 'panel']) {
      for (const action of ['read', 'write'] as const) {
        expect(may(clinician, action, of(`${kind}:Practitioner/a`))).toBe(true);
        expect(may(clinician, action, of(`${kind}:Practitioner/b`))).toBe(false);
      }
    }
    expect(may(clinician, 'read', of('organization:Practitioner/a'))).toBe(false);
    const nobodys = { patient: null, patientId: null, ties: [] };
    expect(may(clinician, 'write', row('Device', nobodys))).toBe(true);
    const guardian = actor(['proxy'], ['PATRQT'], { principal: 'RelatedPerson/e', closure: [] });
    expect(may(guardian, 'read', row('Device', nobodys))).toBe(false);
  });

  it('explains that a relationship is missing, not that there is no rule', () => {
    const because = (who: Actor, action: Action) =>
      interpret(
        { actor: who, action, nowMs, rulebook: STARTER_RULEBOOK },
        { row: row('Observation', { ties: [] }), consents: [], othersConsents: [] },
      ).words;
    expect(because(clinician, 'read')).toBe(
      'rule care-read asks for a relationship with this patient ' +
        '(care-team, encounter, episode, panel, break-glass), and Practitioner/a has none',
    );
    expect(because(clinician, 'export')).toContain('no rule of policy');
  });

  it('shows guardians ordinary data, and what a minor may consent to alone only with a consent', () => {
    const principal = 'RelatedPerson/e';
    const guardian = actor(['proxy'], ['PATRQT'], { principal, closure: [principal] });
    const ties = [`guardian:${principal}`];
    const sensitive = row('Observation', { ties, sensitivity: sensitivityBit('SUD') });
    const opened = consent({ type: 'permit', actor: [{ reference: { reference: principal } }] });
    expect(may(guardian, 'read', row('Observation', { ties }))).toBe(true);
    expect(may(guardian, 'read', row('Observation', { ties }), [denyAll])).toBe(false);
    expect(may(guardian, 'read', sensitive)).toBe(false);
    expect(may(guardian, 'read', sensitive, [opened])).toBe(true);
    expect(may(guardian, 'write', row('Observation', { ties }))).toBe(false);
  });

  it('GLASS opens one patient to who holds emergency access to them, for treatment', () => {
    const held = row('Observation', { ties: ['break-glass:Practitioner/a'] });
    const firm = consent({ type: 'deny', purpose: [{ code: 'ETREAT' }] });
    expect(may(clinician, 'read', held)).toBe(true);
    expect(may(clinician, 'read', held, [denyAll])).toBe(true);
    expect(may(clinician, 'read', held, [denyAll, firm])).toBe(false);
    expect(may(clinician, 'read', { ...held, ties: ['break-glass:Practitioner/b'] })).toBe(false);
    const other = { patient: 2n as ResourceKey, patientId: 'p2', ties: [] };
    const engine = new ConsentEngine(STARTER_RULEBOOK);
    const denied = engine.intern([parseConsent(denyAll)], nowMs);
    const names = { ...held, ...denied, others: [{ ...other, ...denied }] };
    expect(engine.decide(clinician, 'read', { row: names, nowMs })).toBe(false);
    const both = { ...names, others: [{ ...other, ...denied, ties: held.ties }] };
    expect(engine.decide(clinician, 'read', { row: both, nowMs })).toBe(true);
  });

  it('gives compliance officers audit events and nothing of the record, whatever else they are', () => {
    const officer = actor(['compliance-officer', 'clinician'], ['HOPERAT']);
    expect(may(officer, 'read', row('AuditEvent'), [denyAll])).toBe(true);
    expect(may(actor(['clinician'], ['HOPERAT']), 'read', row('Observation'))).toBe(true);
    expect(may(officer, 'read', row('Observation'))).toBe(false);
    expect(may(officer, 'write', row('AuditEvent'))).toBe(false);
  });

  it('needs an explicit permit for research, also for data without a patient', () => {
    const researcher = actor(['researcher'], ['HRESCH']);
    const opened = consent({ type: 'permit', purpose: [{ code: 'HRESCH' }] });
    expect(may(researcher, 'read', row('Observation'))).toBe(false);
    expect(may(researcher, 'read', row('Observation'), [opened])).toBe(true);
    expect(may(researcher, 'read', row('Observation', { patient: null, patientId: null }))).toBe(
      false,
    );
    expect(may(actor(['researcher'], ['TREAT']), 'read', row('Observation'), [opened])).toBe(false);
  });

  it('shows operators directories and no patient data', () => {
    const operator = actor(['operator'], ['HOPERAT']);
    const nobodys = { patient: null, patientId: null };
    expect(may(operator, 'write', row('Organization', nobodys))).toBe(true);
    for (const type of ['Patient', 'Observation', 'Consent', 'AuditEvent', 'Coverage']) {
      for (const action of ACTIONS) expect(may(operator, action, row(type))).toBe(false);
    }
  });

  it('lets the system infer and write for treatment, and not read or export', () => {
    const system = actor(['system'], ['TREAT']);
    const allowed = ACTIONS.filter((action) => may(system, action, row('Observation')));
    expect(allowed).toEqual(['write', 'infer']);
    expect(may(system, 'infer', row('Observation'), [denyAll])).toBe(false);
    expect(may(actor(['system'], ['HRESCH']), 'infer', row('Observation'))).toBe(false);
  });

  it('lets staff record a consent where the consents on file deny everything', () => {
    const desk = actor(['front-desk'], ['HOPERAT']);
    expect(may(desk, 'write', row('Consent'), [denyAll])).toBe(true);
    expect(may(desk, 'read', row('Patient'), [denyAll])).toBe(false);
    expect(may(desk, 'read', row('Observation'))).toBe(false);
  });

  it('A16 denies when one of several purposes is denied, and when none is stated', () => {
    expect(may(actor(['clinician'], ['TREAT', 'HOPERAT']), 'read', row('Observation'))).toBe(true);
    expect(may(actor(['clinician'], ['TREAT', 'HRESCH']), 'read', row('Observation'))).toBe(false);
    expect(may(actor(['clinician'], []), 'read', row('Organization'))).toBe(false);
  });

  it('GLASS opens what consents deny in an emergency, except guarded notes and other purposes', () => {
    const emergency = actor(['clinician'], ['ETREAT'], { emergency: true });
    const notes = row('Observation', { sensitivity: sensitivityBit('PSYTHPN') });
    expect(may(emergency, 'read', row('Observation'), [denyAll])).toBe(true);
    expect(may(emergency, 'read', notes, [denyAll])).toBe(false);
    expect(may({ ...emergency, purposes: ['TREAT'] }, 'read', row('Observation'), [denyAll])).toBe(
      false,
    );
    expect(may({ ...emergency, emergency: false }, 'read', row('Observation'), [denyAll])).toBe(
      false,
    );
    expect(may({ ...emergency, roles: ['billing'] }, 'read', row('Observation'))).toBe(false);
  });

  it('LAW keeps guarded notes out of every permit that does not name them', () => {
    const notes = row('Observation', { sensitivity: sensitivityBit('PSYTHPN') });
    const labelled = (code: string) => {
      const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
      return consent({ type: 'permit', securityLabel: [{ system, code }] });
    };
    expect(may(clinician, 'read', notes, [consent({ type: 'permit' })])).toBe(false);
    expect(may(clinician, 'read', notes, [labelled('PSY')])).toBe(false);
    expect(may(clinician, 'read', notes, [labelled('PSYTHPN')])).toBe(true);
  });
});
