// The people of the demonstration sign in through the real flow, and see what is theirs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD } from './composition/console-sign-in.ts';
import { type Serving, serving } from './testing/serving.ts';
import { authorize, registrar, signedIn } from './testing/signing-in.ts';

let at: Serving;
let desk: ReturnType<typeof registrar>;

beforeAll(async () => {
  at = await serving({ demo: true });
  desk = registrar(at.server);
  const scopes = ['user/*.rs', 'patient/*.rs', 'launch/patient', 'platform'];
  await desk.addClient({ id: 'app', scopes });
});
afterAll(async () => {
  await desk.end();
  await at.stop();
});

describe('the demonstration', () => {
  const statusFor = async (user: string, path: string) => {
    const scope = user === 'patient' ? 'launch/patient patient/*.rs' : 'user/*.rs platform';
    const { tokens } = await signedIn(at.server, {
      client: 'app',
      user,
      scope,
      password: DEMO_PASSWORD,
    });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    return (await fetch(`${at.server.url}${path}`, { headers })).status;
  };

  it.each([
    ['clinician', '/fhir/R4/Patient/ada-demo', 200],
    ['second-clinician', '/fhir/R4/Patient/ada-demo', 404],
    ['patient', '/fhir/R4/Patient/ada-demo', 200],
    ['patient', '/fhir/R4/Patient/ben-demo', 404],
    ['researcher', '/fhir/R4/Patient/esi-demo', 200],
    ['researcher', '/fhir/R4/Patient/ada-demo', 404],
    ['compliance-officer', '/operations/overview', 200],
    ['clinician', '/operations/overview', 403],
  ])('lets its %s ask for %s, which is answered with %d', async (user, path, status) => {
    expect(await statusFor(user, path)).toBe(status);
  });

  it('ends where production begins: everybody knows its password', async () => {
    await desk.users.disableDemo();
    expect(await desk.users.enable('clinician')).toBeUndefined();
    const asked = { client: 'app', user: 'clinician', scope: 'user/*.rs', password: DEMO_PASSWORD };
    const { page } = await authorize(at.server, asked);
    expect(page.text).toContain('The name or the password is wrong.');
  });
});
