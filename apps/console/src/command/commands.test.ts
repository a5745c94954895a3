import { ENDPOINTS } from '@holdfast/api-contract';
import { describe, expect, it } from 'vitest';
import { createPatientCommand, curlOf } from './commands.ts';

describe('copyable commands', () => {
  it('name the token as a variable and never hold it', () => {
    const command = curlOf('http://server.test', ENDPOINTS.readSignal, { id: 'a b' });
    expect(command).toBe(
      `curl -s -H "Authorization: Bearer $HOLDFAST_TOKEN" 'http://server.test/operations/signals/a%20b'`,
    );
  });

  it('ask for no token where none is needed, and follow streams unbuffered', () => {
    expect(curlOf('http://s', ENDPOINTS.checkLiveness)).toBe("curl -s 'http://s/health/live'");
    expect(curlOf('http://s', ENDPOINTS.followOverview)).toContain('curl -s -N');
  });

  it('write a resource the way FHIR asks for', () => {
    expect(createPatientCommand('http://s')).toContain('application/fhir+json');
  });
});
