import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { REVIEWS_SHOWN_MAX } from '../limits.ts';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

const MRN = 'urn:example:mrn';
/** A twin of whoever is of the same `home`, and like nobody of another. */
const person = (id: string, given: string, home = 7) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: `${MRN}:${id}`, value: id }],
  name: [{ family: NAMES[home % NAMES.length], given: [given] }],
  birthDate: `19${10 + home}-${String(1 + (home % 12)).padStart(2, '0')}-1${home % 10}`,
  telecom: [{ system: 'phone', value: `+49 ${home}${home}1 76${home * 7919}` }],
  address: [
    { line: [`${home * 3} ${NAMES[home % NAMES.length]} Road`], postalCode: `${home * 4711}` },
  ],
});
const active = (patient: ReturnType<typeof person>) => ({ ...patient, active: true });
const NAMES = [
  ...['Okonkwo', 'Vestergaard', 'Silva', 'Moreau', 'Kaya', 'Lindqvist', 'Haddad', 'Brandt', 'Osei'],
  ...['Virtanen', 'Fofana', 'Nguyen', 'Petrov', 'Iqbal', 'Tanaka', 'Zielinska', 'Quispe', 'Weber'],
  ...['Xhaka', 'Ulrich', 'Yilmaz', 'Eriksen', 'Jankovic', 'Dubois', 'Castellanos', 'Ramachandran'],
];

interface Review {
  readonly one: string;
  readonly other: string;
  readonly evidence: readonly { readonly field: string; readonly level: string }[];
}

let stage: Serving;
beforeAll(async () => {
  stage = await serving();
  await put(person('ada', 'Adaeze'));
  await put(person('chi', 'Chidera'));
}, 180_000);
afterAll(() => stage.stop(), 60_000);

async function put(resource: {
  readonly resourceType: string;
  readonly id: string;
}): Promise<void> {
  const init = { method: 'PUT', body: JSON.stringify(resource) };
  const path = `/${resource.resourceType}/${resource.id}`;
  const answer = await stage.fhir('importer', path, init);
  if (answer.status >= 300) throw new Error(answer.text);
}

const list = (after?: string, persona = 'front-desk'): Promise<Answer> =>
  stage.call(persona, `/identity/reviews${after === undefined ? '' : `?after=${after}`}`);
const reviewsIn = ({ body }: Answer) => body['reviews'] as readonly Review[];
/** Of all pages. */
async function pairsOf(): Promise<readonly string[]> {
  const pairs: string[] = [];
  let next: string | undefined;
  do {
    const page = await list(next);
    pairs.push(...reviewsIn(page).map(({ one, other }) => `${one} ${other}`));
    next = page.body['next'] as string | undefined;
  } while (next !== undefined);
  return pairs;
}
const judge = (pair: string, verdict: string, persona = 'front-desk') =>
  stage.call(persona, `/identity/reviews/${pair}`, {
    method: 'POST',
    body: JSON.stringify({ verdict }),
    headers: { 'content-type': 'application/json' },
  });
/** Other records of `chi`'s person, as `$ihe-pix` knows them. */
async function linkedWithChi(): Promise<readonly string[]> {
  const source = encodeURIComponent(`${MRN}:chi|chi`);
  const { body } = await stage.fhir('clinician', `/Patient/$ihe-pix?sourceIdentifier=${source}`);
  const parameters = (body['parameter'] ?? []) as readonly {
    readonly name: string;
    readonly valueReference?: { readonly reference: string };
  }[];
  return parameters
    .flatMap(({ valueReference }) => valueReference?.reference ?? [])
    .filter((reference) => reference !== 'Patient/chi');
}
/** Matching follows the events of the records. */
const untilListed = (pair: string) =>
  vi.waitFor(async () => expect(await pairsOf()).toContain(pair), { timeout: 30_000 });

describe('questions of matching for a steward', () => {
  it('show two records side by side, with what speaks for and against', async () => {
    await untilListed('ada chi');
    const review = reviewsIn(await list()).find(({ one }) => one === 'ada');
    expect(review).toMatchObject({
      other: 'chi',
      grade: 'possible',
      withheld: 'maybe-family',
    });
    expect(review?.evidence).toContainEqual(
      expect.objectContaining({
        field: 'given',
        one: 'Adaeze',
        other: 'Chidera',
        level: 'different',
      }),
    );
    expect(review?.evidence).toContainEqual(
      expect.objectContaining({ field: 'birthDate', one: '1917-08-17', level: 'exact' }),
    );
  });

  it('are for stewards alone', async () => {
    for (const persona of ['clinician', 'patient', 'operator']) {
      expect((await list(undefined, persona)).status, persona).toBe(403);
      expect((await judge('ada/chi', 'same', persona)).status, persona).toBe(403);
    }
    expect(await pairsOf()).toContain('ada chi');
  });

  it('a verdict holds from the next request on, stands above the score, and can be taken back', async () => {
    await untilListed('ada chi');
    // The other way round than they are kept.
    expect((await judge('chi/ada', 'same')).body).toEqual({
      one: 'ada',
      other: 'chi',
      state: 'linked',
    });
    expect(await linkedWithChi()).toEqual(['Patient/ada']);
    expect(await pairsOf()).not.toContain('ada chi');
    expect((await judge('ada/chi', 'different')).body).toMatchObject({ state: 'apart' });
    expect(await linkedWithChi()).toEqual([]);
    // A change of a record asks nothing that a steward has answered.
    await put(active(person('ada', 'Adaeze')));
    await put(person('wake', 'Adaeze', 8));
    await put(person('wait', 'Chidera', 8));
    await untilListed('wait wake');
    expect(await pairsOf()).not.toContain('ada chi');
    expect((await judge('ada/chi', 'unsure')).body).toMatchObject({ state: 'apart' });
    expect((await judge('ada/chi', 'withdrawn')).body).toMatchObject({ state: 'review' });
    expect(await pairsOf()).toContain('ada chi');
  });

  it('are on record: who saw whom, and who decided about whom', async () => {
    const { text } = await stage.call(
      'compliance-officer',
      '/fhir/R4/AuditEvent?patient=ada&_count=50',
    );
    expect(text).toContain('identity-reviews');
    expect(text).toContain('identity-verdict');
  });

  it('say what is wrong with a question', async () => {
    const places = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      const [issue] = body['issue'] as readonly { readonly expression?: readonly string[] }[];
      return [status, ...(issue?.expression ?? [])];
    };
    expect(await places(judge('ada/chi', 'maybe'))).toEqual([400, 'verdict']);
    expect(await places(judge('ada/ada', 'same'))).toEqual([400, 'other']);
    expect(await places(judge('ada/%5E', 'same'))).toEqual([400, 'other']);
    expect(await places(judge('ada/nobody', 'same'))).toEqual([404]);
    expect(await places(list('made-up'))).toEqual([400, 'after']);
  });

  it('come in pages that go on where pairs were settled meanwhile', async () => {
    const homes = Array.from({ length: REVIEWS_SHOWN_MAX - 3 }, (_, nth) => 9 + nth);
    for (const home of homes) {
      await put(person(`p${home}a`, 'Adaeze', home));
      await put(person(`p${home}b`, 'Chidera', home));
    }
    const more = ['Ngozi', 'Ifeoma', 'Kelechi'];
    for (const given of more) await put(person(`p30${given}`, given, 30));
    await untilListed('p30Kelechi p30Ngozi');
    const before = await pairsOf();
    expect(before.length).toBeGreaterThan(REVIEWS_SHOWN_MAX);
    const all = async () => {
      const pages: Review[][] = [];
      let next: string | undefined;
      do {
        const page = await list(next);
        pages.push([...reviewsIn(page)]);
        next = page.body['next'] as string | undefined;
        const [first] = pages.at(-1) ?? [];
        if (first !== undefined) await judge(`${first.one}/${first.other}`, 'unsure');
      } while (next !== undefined);
      return pages;
    };
    const pages = await all();
    expect(pages[0]).toHaveLength(REVIEWS_SHOWN_MAX);
    const seen = pages.flat().map(({ one, other }) => `${one} ${other}`);
    expect(seen).toEqual(before);
    const settled = pages.flatMap(([first]) => (first === undefined ? [] : [first]));
    expect(await pairsOf()).toHaveLength(before.length - settled.length);
  }, 120_000);

  it('hide a pair of which one may not be seen, and take no verdict on it', async () => {
    await put(person('shy', 'Shirin', 31));
    await put(person('sib', 'Sibel', 31));
    await untilListed('shy sib');
    await put(withheldFromTheOffice('shy'));
    expect(await pairsOf()).not.toContain('shy sib');
    expect((await judge('shy/sib', 'same')).status).toBe(404);
    const { status } = await stage.fhir('front-desk', '/Patient/sib');
    expect(status).toBe(200);
  });
});

/** A consent that keeps the office out. */
const withheldFromTheOffice = (patient: string) => ({
  resourceType: 'Consent',
  id: `consent-${patient}`,
  status: 'active',
  scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
  category: [concept('http://loinc.org', '59284-0')],
  patient: { reference: `Patient/${patient}` },
  dateTime: '2026-11-01',
  policyRule: concept(`${ACT}ActCode`, 'OPTIN'),
  provision: {
    type: 'permit',
    provision: [{ type: 'deny', purpose: [{ system: `${ACT}ActReason`, code: 'HOPERAT' }] }],
  },
});
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-';
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
