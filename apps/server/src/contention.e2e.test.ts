// Goal: contention over HTTP ends without deadlock, lost update or failure of the server. Method: a
// real server and 64 writers at once, on one patient, on many, on one condition, on overlapping
// bundles; then what was answered is held against the history.
import { seededRandom } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from './testing/serving.ts';

const WRITERS = 64;
const MRN = 'urn:contention';

let served: Serving;
beforeAll(async () => {
  // Of a busy machine: what is asked here is whether all end, not how soon.
  served = await serving({ requestMs: 60_000 });
}, 120_000);
afterAll(() => served.stop());

interface Sent {
  readonly method: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** Asks again where it is told to come back: as every client of this interface has to. */
async function send(path: string, { method, body, headers }: Sent): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const answer = await served.fhir('clinician', path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(headers !== undefined && { headers }),
    });
    const busy = answer.status === 503 || answer.status === 429;
    if (!busy || attempt === 100) return answer;
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const all = <Value>(count: number, work: (nth: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, nth) => work(nth)));
const statuses = (answers: readonly Answer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const patient = (id: string, family: string) => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
});
const identified = (value: string) => ({
  resourceType: 'Patient',
  identifier: [{ system: MRN, value }],
});
const observation = (of: string, code: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: MRN, code }] },
  subject: { reference: `Patient/${of}` },
});

interface History {
  readonly total: number;
  readonly entry: readonly {
    readonly resource?: { readonly meta: { readonly versionId: string } };
  }[];
}
async function versionsOf(id: string): Promise<number[]> {
  const answer = await send(`/Patient/${id}/_history?_count=1000`, { method: 'GET' });
  const { entry } = answer.body as unknown as History;
  return entry.map(({ resource }) => Number(resource?.meta.versionId)).sort((a, b) => a - b);
}
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('64 writers over HTTP', () => {
  it.each([
    ['of one patient', 1],
    ['of 64 patients', WRITERS],
  ])('%s all succeed, and no update is lost', async (_, patients) => {
    const id = (nth: number) => `hot${patients}-${nth % patients}`;
    const answers = await all(WRITERS, (nth) =>
      send(`/Patient/${id(nth)}`, { method: 'PUT', body: patient(id(nth), `N${nth}`) }),
    );
    expect(statuses(answers)).toEqual({
      201: patients,
      ...(patients < WRITERS && { 200: WRITERS - patients }),
    });
    for (let nth = 0; nth < patients; nth++) {
      expect(await versionsOf(id(nth))).toEqual(upTo(WRITERS / patients));
    }
  });

  it('of observations of one patient all succeed', async () => {
    await send('/Patient/chart', { method: 'PUT', body: patient('chart', 'Chart') });
    const answers = await all(WRITERS, (nth) =>
      send('/Observation', { method: 'POST', body: observation('chart', `c${nth}`) }),
    );
    expect(statuses(answers)).toEqual({ 201: WRITERS });
    const found = await send('/Observation?patient=chart&_summary=count', { method: 'GET' });
    expect(found.body).toMatchObject({ total: WRITERS });
  });

  it('who name the version they changed: one wins each, the others are told', async () => {
    await send('/Patient/counted', { method: 'PUT', body: patient('counted', 'Zero') });
    const answers = await all(WRITERS, (nth) =>
      send('/Patient/counted', {
        method: 'PUT',
        body: patient('counted', `N${nth}`),
        headers: { 'if-match': 'W/"1"' },
      }),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    expect(await versionsOf('counted')).toEqual([1, 2]);
  });
});

describe('64 conditional creates over HTTP', () => {
  const create = (value: string) =>
    send('/Patient', {
      method: 'POST',
      body: identified(value),
      headers: { 'if-none-exist': `identifier=${MRN}|${value}` },
    });

  it('of one key make one resource, and everybody is told which', async () => {
    const answers = await all(WRITERS, () => create('same'));
    expect(statuses(answers)).toEqual({ 200: WRITERS - 1, 201: 1 });
    const locations = answers.map(({ headers }) => headers.get('location'));
    expect(new Set(locations).size).toBe(1);
    const found = await send(`/Patient?identifier=${MRN}|same`, { method: 'GET' });
    expect((found.body as unknown as History).entry).toHaveLength(1);
  });

  it('of distinct keys all succeed', async () => {
    const answers = await all(WRITERS, (nth) => create(`own-${nth}`));
    expect(statuses(answers)).toEqual({ 201: WRITERS });
  });

  it('and updates of one key: one creates, the others update it', async () => {
    const answers = await all(WRITERS, (nth) =>
      send(`/Patient?identifier=${MRN}|upsert`, {
        method: 'PUT',
        body: { ...identified('upsert'), name: [{ family: `N${nth}` }] },
      }),
    );
    expect(statuses(answers)).toEqual({ 200: WRITERS - 1, 201: 1 });
    const found = await send(`/Patient?identifier=${MRN}|upsert`, { method: 'GET' });
    const [entry, ...more] = (found.body as unknown as History).entry;
    expect(more).toEqual([]);
    expect(entry?.resource?.meta.versionId).toBe(String(WRITERS));
  });
});

describe('64 bundles that overlap, over HTTP', () => {
  it('end without deadlock, torn bundle or lost update', async () => {
    const random = seededRandom(23);
    const ids = Array.from({ length: 8 }, (_, i) => `over-${i}`);
    const written = new Map<string, number>();
    const bundles = Array.from({ length: WRITERS }, (_, nth) => {
      const chosen = ids
        .map((id) => ({ id, rank: random.below(1_000) }))
        .sort((a, b) => a.rank - b.rank)
        .slice(0, 1 + random.below(ids.length))
        .map(({ id }) => id);
      for (const id of chosen) written.set(id, (written.get(id) ?? 0) + 1);
      const puts = chosen.map((id) => ({
        resource: patient(id, `B${nth}`),
        request: { method: 'PUT', url: `Patient/${id}` },
      }));
      const once = {
        resource: identified('of-a-bundle'),
        request: {
          method: 'POST',
          url: 'Patient',
          ifNoneExist: `identifier=${MRN}|of-a-bundle`,
        },
      };
      return { resourceType: 'Bundle', type: 'transaction', entry: [...puts, once] };
    });
    const answers = await all(WRITERS, (nth) =>
      send('', { method: 'POST', body: bundles[nth] ?? {} }),
    );
    expect(statuses(answers)).toEqual({ 200: WRITERS });
    for (const [id, times] of written) expect(await versionsOf(id)).toEqual(upTo(times));
    const made = answers.flatMap(({ body }) => {
      const { entry } = body as unknown as {
        entry: { response: { status: string; location?: string } }[];
      };
      return entry.slice(-1).map(({ response }) => response.status.slice(0, 3));
    });
    expect(made.filter((status) => status === '201')).toHaveLength(1);
    expect(made.filter((status) => status === '200')).toHaveLength(WRITERS - 1);
  }, 120_000);
});
