import { describe, expect, it } from 'vitest';
import type { Resource } from '../resource.ts';
import { ENFORCE_ALL, judgeResource, parseValidationPolicy } from './validation-policy.ts';

const broken: Resource = { resourceType: 'Patient', gender: 'm' };
const fine: Resource = { resourceType: 'Patient', gender: 'male' };

const judged = (policy: string, resource: Resource) => {
  const read = parseValidationPolicy(policy);
  if (!read.ok) throw new Error(read.error);
  const { isRefused, issues } = judgeResource(resource, read.value);
  return [isRefused, ...issues.map(({ severity }) => severity)];
};

describe('a validation policy', () => {
  it('refuses, warns or looks away, by type', () => {
    expect(judged('enforce', broken)).toEqual([true, 'error']);
    expect(judged('enforce,Patient=warn', broken)).toEqual([false, 'warning']);
    expect(judged('enforce,Patient=off', broken)).toEqual([false]);
    expect(judged('off, Patient=enforce', broken)).toEqual([true, 'error']);
    expect(judged('warn,Observation=off', broken)).toEqual([false, 'warning']);
    expect(judged('enforce', fine)).toEqual([false]);
  });

  it('enforces everything where nothing is said', () => {
    expect(judgeResource(broken, ENFORCE_ALL).isRefused).toBe(true);
    expect(judged('Observation=off', broken)).toEqual([true, 'error']);
  });

  it('starts the places of issues where it is told', () => {
    expect(judgeResource(broken, ENFORCE_ALL, 'Bundle.entry[3].resource').issues).toMatchObject([
      { expression: 'Bundle.entry[3].resource.gender' },
    ]);
  });

  it.each(['', 'strict', 'Patients=warn', 'Patient=', 'Patient=loud'])(
    'that says %j names the part that is wrong',
    (text) => {
      expect(parseValidationPolicy(`enforce,${text}`)).toEqual({ ok: false, error: text });
    },
  );
});
