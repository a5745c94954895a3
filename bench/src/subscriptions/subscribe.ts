import type pg from 'pg';
import { expectStatus, type FhirClient } from '../server/fhir-client.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/** Lets the server call receivers on this machine. */
export const TRUSTING = { HOLDFAST_TRUSTED_HOSTS: '127.0.0.1' };

/** Subscribes as a client does, to the resources themselves. @returns the id, once it is active */
export async function subscribe(
  client: FhirClient,
  admin: pg.Client,
  wish: { readonly criteria: string; readonly endpoint: string },
): Promise<string> {
  const subscription = {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'bench',
    criteria: wish.criteria,
    channel: { type: 'rest-hook', endpoint: wish.endpoint, payload: 'application/fhir+json' },
  };
  const answer = await client.send('POST', 'Subscription', JSON.stringify(subscription));
  const { id } = expectStatus(answer, 201);
  await eventually(async () => {
    const { rows } = await admin.query<{ status: string }>(
      'select status from holdfast.subscription where id = $1',
      [id],
    );
    return rows[0]?.status === 'active';
  });
  return id;
}

/** @throws Error where it does not come true in half a minute */
export async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
