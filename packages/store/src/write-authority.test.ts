import type { ResourceKey } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { AccessGate, RowFacts } from './access-gate.ts';
import { authorise, type PatientState, patientsOf } from './write-authority.ts';
import type { Change, WritePlan } from './write-plan.ts';

const change = (fields: Partial<Change>): Change =>
  ({
    type: 'Observation',
    id: 'o',
    expected: 0,
    content: '{}',
    owner: null,
    others: [],
    outgoing: null,
    place: 'Observation',
    referencePaths: new Map(),
    ...fields,
  }) as Change;

const plan = (...changes: readonly Change[]) => ({ changes, targets: [] }) as unknown as WritePlan;

describe('patients whose consents decide about a plan', () => {
  it('are those named before and after, but for one that the plan itself creates', () => {
    const moved = { owner: 'after' } as Change;
    const changes = [
      change({ owner: 'a', others: ['b'], outgoing: { ...moved, owner: 'before' } }),
      change({ type: 'Patient', id: 'born', owner: 'born', expected: 0 }),
      change({ owner: 'born' }),
    ];
    expect(patientsOf(plan(...changes))).toEqual(['a', 'b', 'before']);
  });

  it('are those of a Patient that is updated: its consents decide about itself', () => {
    const update = change({ type: 'Patient', id: 'p', owner: 'p', expected: 3 });
    expect(patientsOf(plan(update))).toEqual(['p']);
  });
});

describe('deciding a plan', () => {
  const gate = (decide: (facts: RowFacts) => boolean): AccessGate => ({
    epoch: 1n,
    validUntil: 1_000,
    decide: (facts) => ({ kind: decide(facts) ? 'release' : 'hide' }),
    hides: () => [],
    releasable: () => 'true',
  });
  const states = new Map<string, PatientState>([
    [
      'p',
      { patient: 7n as ResourceKey, consentClass: 3, residual: [], ties: [], consentEpoch: 1n },
    ],
  ]);
  const decided = (one: Change, by: AccessGate, nowMs = 0) =>
    authorise(plan(one), by, { states, nowMs });

  it('needs a gate that still holds: its last instant is the one before `validUntil`', () => {
    expect(
      decided(
        change({}),
        gate(() => true),
        999,
      ),
    ).toBe('authorised');
    expect(
      decided(
        change({}),
        gate(() => true),
        1_000,
      ),
    ).toBe('stale');
  });

  it('what a patient’s consents forbid looks as if the patient were not there', () => {
    const byConsent = gate(({ consentClass }) => consentClass === 0);
    expect(() => decided(change({ owner: 'p' }), byConsent)).toThrow(
      expect.objectContaining({ code: 'STORE_REFERENCE_MISSING' }),
    );
    expect(() => decided(change({ owner: 'p', content: null }), byConsent)).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_FOUND' }),
    );
    expect(decided(change({ owner: 'nobody-yet' }), byConsent)).toBe('authorised');
  });

  it.each([null, 'p'])('what policy forbids is forbidden, whoever owns it: %s', (owner) => {
    expect(() =>
      decided(
        change({ owner }),
        gate(() => false),
      ),
    ).toThrow(expect.objectContaining({ code: 'STORE_FORBIDDEN' }));
  });
});
