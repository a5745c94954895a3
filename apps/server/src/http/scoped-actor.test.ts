import { type Actor, parseScopes } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { actorFor, actorForWrites } from './scoped-actor.ts';

const actor = (scope: string): Actor => {
  const scopes = parseScopes(scope);
  return {
    tenant: 1 as TenantId,
    principal: 'Practitioner/p',
    closure: ['Practitioner/p'],
    roles: ['clinician'],
    purposes: ['TREAT'],
    ...(scopes !== undefined && { scopes }),
    emergency: false,
    tokenId: 't',
  };
};
const left = ({ scopes }: Actor) =>
  scopes?.map(({ type, permissions }) => `${type}.${permissions}`);

describe('the scopes that count', () => {
  it('are those that permit the interaction', () => {
    const asks = actor('user/Patient.r user/Observation.rs user/Condition.s');
    expect(left(actorFor(asks, 'r'))).toEqual(['Patient.r', 'Observation.rs']);
    expect(left(actorFor(asks, 's'))).toEqual(['Observation.rs', 'Condition.s']);
    expect(actorFor(actor('openid'), 'd').scopes).toBeUndefined();
  });

  it('of a write are those that permit all that is done to their type', () => {
    const asks = actor('user/Observation.c user/Observation.cud user/Patient.u user/*.c');
    const create = {
      kind: 'create',
      resource: { resourceType: 'Observation', id: 'o' },
    } as const;
    const patch = { kind: 'put', resource: { resourceType: 'Patient', id: 'p' } } as const;
    expect(left(actorForWrites(asks, [create]))).toEqual([
      'Observation.c',
      'Observation.cud',
      'Patient.u',
      '*.c',
    ]);
    expect(left(actorForWrites(asks, [create, patch]))).toEqual([
      'Observation.c',
      'Observation.cud',
      'Patient.u',
    ]);
    const remove = { kind: 'delete', type: 'Observation', id: 'o' } as const;
    expect(left(actorForWrites(asks, [create, remove]))).toEqual(['Observation.cud', 'Patient.u']);
  });

  it('of a patch permit to read, too: it tells what it tests, and answers with the whole', () => {
    const asks = actor('user/Patient.u user/Patient.ru user/Patient.cuds');
    const edit = () => {
      throw new Error('nothing is edited here');
    };
    const patch = { kind: 'patch', type: 'Patient', id: 'p', edit } as const;
    expect(left(actorForWrites(asks, [patch]))).toEqual(['Patient.ru']);
  });
});
