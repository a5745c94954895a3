import type { PatientId, TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../clinical/tier.ts';
import {
  CANARY_STAGES,
  type Canary,
  isOnTrial,
  type ModelRoute,
  nextStage,
  routed,
} from './routing.ts';

const tenant = 1 as TenantId;
const patients = Array.from({ length: 2_000 }, (_, i) => `p-${i}` as PatientId);
const canary: Canary = { version: '2', share: 0.1, tier: 1 };
const route: ModelRoute = { model: 'm', champion: '1', previous: '0', canary };
const at = (patientId: PatientId, tier: Tier, of = route) =>
  routed(of, { tenant, patientId, tier });

describe('a trial', () => {
  it('has about its share of the patients, and always the same ones', () => {
    const tried = patients.filter((patient) => at(patient, 2).arm === 'canary');
    expect(tried.length).toBeGreaterThan(140);
    expect(tried.length).toBeLessThan(260);
    expect(patients.filter((patient) => at(patient, 2).arm === 'canary')).toEqual(tried);
    const wider = { ...route, canary: { ...canary, share: 0.5 } };
    for (const patient of tried) expect(at(patient, 2, wider).model.version).toBe('2');
  });

  it('takes nothing more urgent than its tier', () => {
    const tried = patients.find((patient) => at(patient, 1).arm === 'canary') ?? patients[0];
    if (tried === undefined) throw new Error('somebody is');
    expect(([0, 1, 2, 3] as const).map((tier) => at(tried, tier).arm)).toEqual([
      ...['champion', 'canary', 'canary', 'canary'],
    ]);
  });

  it('reaches what is critical in its last stage only', () => {
    const tiers = CANARY_STAGES.map(({ tier }) => tier);
    expect(tiers.indexOf(0)).toBe(tiers.length - 1);
    expect(CANARY_STAGES.map(({ share }) => share)).toEqual(
      CANARY_STAGES.map(({ share }) => share).toSorted((a, b) => a - b),
    );
  });

  it('goes through every stage once, and then is over', () => {
    let now: Canary | null = null;
    const seen: number[] = [];
    for (let next = nextStage(now); next !== null; next = nextStage(now)) {
      seen.push(next.share);
      now = { version: '2', ...next };
    }
    expect(seen).toEqual(CANARY_STAGES.map(({ share }) => share));
  });

  it('of another version is one of other patients', () => {
    const of = (version: string) =>
      patients.filter((patientId) =>
        isOnTrial({ ...canary, version }, { tenant, model: 'm', patientId }),
      );
    expect(of('2')).not.toEqual(of('3'));
  });
});
