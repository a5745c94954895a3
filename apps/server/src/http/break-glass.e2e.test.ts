import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

/** Ada's consent keeps the second clinician out of her record. */
const EXCLUDED = 'second-clinician';

let stage: Serving;
beforeAll(async () => {
  stage = await serving({ demo: true });
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const post = (persona: string, path: string, body?: object): Promise<Answer> =>
  stage.call(persona, `/consent/break-glass${path}`, {
    method: 'POST',
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
const reading = async (path = '/Patient/ada-demo'): Promise<number> =>
  (await stage.fhir(EXCLUDED, path)).status;
const listed = async (persona: string): Promise<readonly { readonly id: string }[]> => {
  const { body } = await stage.call(persona, '/consent/break-glass');
  return body['accesses'] as { id: string }[];
};

const wish = { patient: 'ada-demo', reason: 'found unconscious on the ward', minutes: 30 };

describe('break-glass', () => {
  it('opens one patient after a second confirmation, and closes with the next request', async () => {
    const others = async () =>
      (await stage.fhir(EXCLUDED, '/Observation?_summary=count')).body['total'];
    const before = await others();
    const asked = await post(EXCLUDED, '', wish);
    expect(asked.status).toBe(200);
    const id = String(asked.body['id']);
    expect(asked.body).toMatchObject({ isOpen: false, patient: 'ada-demo' });
    expect(await reading()).toBe(404);
    expect((await post('clinician', `/${id}/confirm`)).status).toBe(409);
    expect(await reading()).toBe(404);

    expect((await post(EXCLUDED, `/${id}/confirm`)).body).toMatchObject({ isOpen: true });
    expect(await reading()).toBe(200);
    expect(Number(await others())).toBeGreaterThan(Number(before));

    expect((await post(EXCLUDED, `/${id}/end`)).body).toMatchObject({ isOpen: false });
    expect(await reading()).toBe(404);
    expect(await others()).toBe(before);
    expect((await post(EXCLUDED, `/${id}/confirm`)).status).toBe(409);
  });

  it('is seen by the patient, awaits a verdict, and a verdict against it closes it', async () => {
    const asked = await post(EXCLUDED, '', wish);
    const id = String(asked.body['id']);
    const ids = async (persona: string) => (await listed(persona)).map((each) => each.id);
    expect(await ids('patient')).not.toContain(id);
    await post(EXCLUDED, `/${id}/confirm`);
    expect(await ids('patient')).toContain(id);
    expect(await ids('compliance-officer')).toContain(id);
    expect(await ids('clinician')).not.toContain(id);
    const verdict = { verdict: 'unjustified', note: 'there was no emergency' };
    expect((await post(EXCLUDED, `/${id}/review`, verdict)).status).toBe(403);
    const reviewed = await post('compliance-officer', `/${id}/review`, verdict);
    expect(reviewed.body).toMatchObject({ verdict: 'unjustified', isOpen: false });
    expect(await reading()).toBe(404);
    expect(await ids('compliance-officer')).not.toContain(id);
    expect((await listed('patient')).find((each) => each.id === id)).toMatchObject({
      verdict: 'unjustified',
      reason: wish.reason,
    });
    const accesses = await stage.call('patient', '/ledger/patients/ada-demo');
    for (const step of ['ask', 'confirm', 'review']) {
      expect(accesses.text).toContain(`break-glass-${step}`);
    }
  });

  it('is refused to who does not treat, without a reason, and for longer than the limit', async () => {
    expect((await post('researcher', '', wish)).status).toBe(403);
    expect((await post('patient', '', wish)).status).toBe(403);
    expect((await post(EXCLUDED, '', { ...wish, reason: 'why not' })).status).toBe(400);
    expect((await post(EXCLUDED, '', { ...wish, minutes: 241 })).status).toBe(400);
    expect((await post(EXCLUDED, '', { ...wish, patient: 'nobody-here' })).status).toBe(422);
    expect((await post(EXCLUDED, '/nothing/confirm')).status).toBe(400);
    expect((await post(EXCLUDED, '/00000000-0000-4000-8000-000000000000/end')).status).toBe(404);
  });
});
