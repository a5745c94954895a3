import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../actor.ts';
import { MAX_SCOPES } from '../limits.ts';
import { scopePermits } from './scope-permits.ts';
import { parseScopes } from './smart-scopes.ts';

const permitted = (text: string) =>
  (parseScopes(text) ?? []).map((scope) => ACTIONS.filter((action) => scopePermits(scope, action)));

describe('SMART scopes', () => {
  it('of version 1 are those of version 2 that they mean', () => {
    expect(parseScopes('patient/Observation.read')).toEqual(parseScopes('patient/Observation.rs'));
    expect(parseScopes('user/*.*')).toEqual(parseScopes('user/*.cruds'));
    expect(parseScopes('system/Patient.write')).toEqual(parseScopes('system/Patient.cud'));
  });

  it('narrow by category and code; what narrows by anything else grants nothing', () => {
    expect(
      parseScopes('user/Observation.rs?category=http://c|lab&code=http://l|1,http://l|2'),
    ).toEqual([
      {
        context: 'user',
        type: 'Observation',
        permissions: 'rs',
        filters: [
          { parameter: 'category', codings: ['http://c|lab'] },
          { parameter: 'code', codings: ['http://l|1', 'http://l|2'] },
        ],
      },
    ]);
    for (const odd of ['?status=final', '?category=lab', '?code=http://l|1,2']) {
      expect(parseScopes(`user/Observation.rs${odd}`)).toEqual([]);
    }
  });

  it('take what leaves the record as reading', () => {
    expect(permitted('user/Observation.r user/Observation.cu')).toEqual([
      ['read', 'disclose', 'infer', 'export'],
      ['write'],
    ]);
  });

  it('are undefined where a token names none, and empty where none can be read', () => {
    expect(parseScopes('openid fhirUser launch/patient')).toBeUndefined();
    for (const odd of ['user/Nothing.rs', 'user/Patient.sr', 'user/Patient.', 'patient/Patient']) {
      expect(parseScopes(`openid ${odd}`), odd).toEqual([]);
    }
  });

  it('are read up to their limit', () => {
    const many = Array.from({ length: MAX_SCOPES + 1 }, () => 'user/Patient.r').join(' ');
    expect(parseScopes(many)?.length).toBe(MAX_SCOPES);
  });
});
