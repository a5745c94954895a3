import { eventsMigrations } from '@holdfast/events';
import type { Resource } from '@holdfast/fhir';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { subscriptionsMigrations } from './migrations.ts';
import { BACKPORT } from './model/extension.ts';
import { isSignedBy, type SignedHeaders, signingSecret } from './notification/signature.ts';
import { BASE, Clinic, type Practice, startPractice, TENANT } from './testing/clinic.ts';
import { MailBox, Receiver } from './testing/receiver.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

type Identified = Resource & { readonly id: string };

interface Told {
  readonly entry: readonly {
    readonly fullUrl: string;
    readonly resource?: { readonly parameter?: readonly Parameter[] };
    readonly request: { readonly method: string; readonly url: string };
  }[];
}
interface Parameter {
  readonly name: string;
  readonly valueCode?: string;
  readonly valueString?: string;
  readonly valueReference?: { readonly reference: string };
  readonly part?: readonly Parameter[];
}

/** What a notification says, in short: `type status/count: number focus, ...`. */
function told(text: string): string {
  const bundle = JSON.parse(text) as Told;
  const parameters = bundle.entry[0]?.resource?.parameter ?? [];
  const of = (name: string) => parameters.find((each) => each.name === name);
  const events = parameters.flatMap(({ name, part = [] }) => {
    if (name !== 'notification-event') return [];
    const number = part.find((each) => each.name === 'event-number')?.valueString;
    const focus = part.find((each) => each.name === 'focus')?.valueReference?.reference;
    return [`${number} ${focus?.replace(BASE, '') ?? '-'}`];
  });
  const count = of('events-since-subscription-start')?.valueString;
  return `${of('type')?.valueCode} ${of('status')?.valueCode}/${count}: ${events.join(', ')}`;
}

const OWNER = { tenant: TENANT, principal: 'Practitioner/p' };
const TOPIC = 'http://here.example/topics/vital-signs';

function topic(id = 'vitals', url = TOPIC): Identified {
  const at = (name: string) =>
    `http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.${name}`;
  return {
    resourceType: 'Basic',
    id,
    code: { coding: [{ system: 'http://hl7.org/fhir/fhir-types', code: 'SubscriptionTopic' }] },
    extension: [
      { url: at('url'), valueUri: url },
      {
        url: at('resourceTrigger'),
        extension: [
          { url: 'resource', valueUri: 'Observation' },
          {
            url: 'queryCriteria',
            extension: [
              { url: 'current', valueString: 'status=final' },
              { url: 'resultForDelete', valueCode: 'test-passes' },
            ],
          },
        ],
      },
      { url: at('canFilterBy'), extension: [{ url: 'filterParameter', valueString: 'subject' }] },
      {
        url: at('notificationShape'),
        extension: [
          { url: 'resource', valueUri: 'Observation' },
          { url: 'include', valueString: 'Observation:subject' },
        ],
      },
    ],
  } as unknown as Identified;
}

interface Asked {
  readonly id: string;
  readonly endpoint?: string;
  readonly type?: string;
  readonly criteria?: string;
  readonly content?: string;
  readonly payload?: string | null;
  readonly patient?: string;
  readonly maxCount?: number;
  readonly heartbeat?: number;
  readonly end?: string;
}

function subscription(asked: Asked): Identified {
  const { id, endpoint, type = 'rest-hook', criteria = TOPIC, content = 'id-only' } = asked;
  const { payload = 'application/fhir+json', patient, maxCount, heartbeat, end } = asked;
  return {
    resourceType: 'Subscription',
    id,
    status: 'requested',
    reason: 'test',
    ...(end !== undefined && { end }),
    criteria,
    ...(patient !== undefined && {
      _criteria: {
        extension: [
          {
            url: `${BACKPORT}/backport-filter-criteria`,
            valueString: `Observation?subject=Patient/${patient}`,
          },
        ],
      },
    }),
    channel: {
      extension: [
        ...(maxCount === undefined
          ? []
          : [{ url: `${BACKPORT}/backport-max-count`, valuePositiveInt: maxCount }]),
        ...(heartbeat === undefined
          ? []
          : [{ url: `${BACKPORT}/backport-heartbeat-period`, valueUnsignedInt: heartbeat }]),
      ],
      type,
      ...(endpoint !== undefined && { endpoint }),
      ...(payload !== null && {
        payload,
        _payload: {
          extension: [{ url: `${BACKPORT}/backport-payload-content`, valueCode: content }],
        },
      }),
      header: ['Authorization: Bearer of-the-receiver'],
    },
  } as unknown as Identified;
}

function observation(id: string, patient: string, status = 'final'): Identified {
  return {
    resourceType: 'Observation',
    id,
    status,
    code: { text: 'x' },
    subject: { reference: `Patient/${patient}` },
  } as unknown as Identified;
}

describe('subscriptions', () => {
  let db: TestDatabase;
  let clinic: Clinic;
  let practice: Practice;
  let receiver: Receiver;
  let url: string;
  let mailbox: MailBox;
  let smtp: string;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations, subscriptionsMigrations] });
    receiver = new Receiver();
    url = await receiver.start();
    mailbox = new MailBox();
    smtp = await mailbox.start();
    clinic = new Clinic(db);
    await clinic.write({ resourceType: 'Patient', id: 'a' } as unknown as Identified);
    await clinic.write(topic());
  });
  const start = async () => {
    practice = await startPractice(db, clinic, { smtp });
  };
  afterEach(() => practice.stop());
  afterAll(async () => {
    await receiver.stop();
    await mailbox.stop();
    await db.drop();
  });

  const subscribe = async (asked: Asked, who = 'nurse') => {
    const resource = subscription(asked);
    const { operations } = practice;
    await eventually(() => operations.accept(TENANT, resource)).toEqual({ ok: true, value: null });
    const requestId = `request-${asked.id}`;
    await operations.noteWriter({ ...OWNER, requestId, actor: { who } }, [asked.id]);
    await clinic.write(resource, requestId);
  };
  const told_at = (path: string) => receiver.at(path).map((each) => told(each.body));
  const active = (id: string) =>
    eventually(async () => (await practice.store.find(TENANT, id))?.status).toBe('active');

  it('SUB-1 shakes hands, then tells of each event once, numbered and in order', async () => {
    await start();
    await subscribe({ id: 'one', endpoint: `${url}/one`, patient: 'a', content: 'full-resource' });
    await active('one');
    for (const id of ['o1', 'o2']) await clinic.write(observation(id, 'a'));
    await clinic.write(observation('elsewhere', 'b'));
    await clinic.write(observation('draft', 'a', 'preliminary'));
    await clinic.delete('Observation/o1');
    await eventually(() => told_at('/one')).toEqual([
      'handshake requested/0: ',
      'event-notification active/1: 1 Observation/o1',
      'event-notification active/2: 2 Observation/o2',
      'event-notification active/3: 3 Observation/o1',
    ]);
    expect(clinic.statuses).toContain('one active');
    const [, first, , gone] = receiver.at('/one');
    expect(first?.headers).toMatchObject({
      authorization: 'Bearer of-the-receiver',
      'content-type': 'application/fhir+json',
    });
    const headers = first?.headers as unknown as SignedHeaders;
    const secret = signingSecret(new Uint8Array(32).fill(3), TENANT, 'one');
    const now = { now: new Date(), seconds: 60 };
    expect(isSignedBy(secret, { headers, body: first?.body ?? '' }, now)).toBe(true);
    const bundle = JSON.parse(first?.body ?? '') as Told;
    expect(bundle.entry.map((each) => each.fullUrl)).toEqual([
      expect.stringMatching(/^urn:uuid:/) as string,
      `${BASE}Observation/o1`,
      `${BASE}Patient/a`,
    ]);
    expect(bundle.entry.map((each) => each.request.method)).toEqual(['GET', 'POST', 'GET']);
    const last = (JSON.parse(gone?.body ?? '') as Told).entry[1];
    expect(last).not.toHaveProperty('resource');
    expect(last?.request).toEqual({ method: 'DELETE', url: 'Observation/o1' });
  });

  it('SUB-2 counts only what its subscriber may receive, and says nothing of what it may no more', async () => {
    await start();
    await subscribe({ id: 'two', endpoint: `${url}/two`, patient: 'c', content: 'full-resource' });
    await active('two');
    clinic.hidden.add('"nurse" Observation/secret');
    await clinic.write(observation('secret', 'c'));
    await clinic.write(observation('open', 'c'));
    await eventually(() => told_at('/two').at(-1)).toBe(
      'event-notification active/1: 1 Observation/open',
    );
    // Allowed when it was numbered, refused when it is sent again: the number stays, alone.
    receiver.answers.set('/two', 500);
    receiver.onReceived = (path) => {
      if (path === '/two' && receiver.answers.delete(path))
        clinic.hidden.add('Observation/revoked');
    };
    await clinic.write(observation('revoked', 'c'));
    await eventually(() => told_at('/two').at(-1)).toBe('event-notification active/2: 2 -');
    expect(told_at('/two').at(-2)).toBe('event-notification active/2: 2 Observation/revoked');
    expect(receiver.at('/two').at(-1)?.body).not.toContain('revoked');
    await clinic.write(observation('later', 'c'));
    await eventually(() => told_at('/two').at(-1)).toBe(
      'event-notification active/3: 3 Observation/later',
    );
    const caller = { caller: { who: 'nurse' }, content: null };
    const range = { from: 1, to: null };
    const events = await practice.operations.events({ tenant: TENANT, id: 'two' }, range, caller);
    expect(told(events)).toBe('query-event active/3: 1 Observation/open, 2 -, 3 Observation/later');
  });

  it('SUB-6 a dead endpoint delays nobody, becomes error, and gets everything once asked again', async () => {
    await start();
    receiver.answers.set('/dead', 503);
    await subscribe({ id: 'alive', endpoint: `${url}/alive`, patient: 'd' });
    await subscribe({ id: 'dead', endpoint: `${url}/handshake-only`, patient: 'd' });
    await active('alive');
    await active('dead');
    receiver.answers.set('/handshake-only', 503);
    await clinic.write(observation('d1', 'd'));
    await eventually(() => told_at('/alive').at(-1)).toBe(
      'event-notification active/1: 1 Observation/d1',
    );
    await eventually(async () => (await practice.store.find(TENANT, 'dead'))?.status).toBe('error');
    expect(clinic.statuses).toContain('dead error no-response');
    await clinic.write(observation('d2', 'd'));
    await eventually(async () =>
      told(firstOf(await practice.operations.status(OWNER, ['dead'], null))),
    ).toBe('query-status error/2: ');
    const before = receiver.at('/handshake-only').length;
    receiver.answers.delete('/handshake-only');
    await subscribe({ id: 'dead', endpoint: `${url}/handshake-only`, patient: 'd', maxCount: 10 });
    await eventually(() => told_at('/handshake-only').slice(before)).toEqual([
      'handshake requested/2: ',
      'event-notification active/2: 1 Observation/d1, 2 Observation/d2',
    ]);
  });

  it('SUB-6 many of one origin take turns, beyond its places and its rate, and none is forgotten', async () => {
    await start();
    const ids = Array.from({ length: 120 }, (_, n) => `many${n}`);
    for (const id of ids) {
      const classic = { criteria: 'Observation?patient=many', payload: null };
      await subscribe({ id, endpoint: `${url}/many/${id}`, ...classic });
    }
    await active(ids.at(-1) ?? '');
    for (const id of ['m1', 'm2']) await clinic.write(observation(id, 'many'));
    const received = () => ids.map((id) => receiver.at(`/many/${id}`).length);
    await eventually(received).toEqual(ids.map(() => 2));
    await practice.stop();
    await clinic.write(observation('m3', 'many'));
    await start();
    await eventually(received).toEqual(ids.map(() => 3));
    expect(receiver.at('/many/many0').map((each) => each.method)).toEqual(['POST', 'POST', 'POST']);
  }, 120_000);

  it('a failed handshake is an error, and waits for the client', async () => {
    await start();
    receiver.answers.set('/rude', 404);
    await subscribe({ id: 'rude', endpoint: `${url}/rude` });
    await eventually(() => clinic.statuses).toContain('rude error no-response');
    expect(receiver.at('/rude')).toHaveLength(1);
  });

  it('SUB-1 another process takes over where the last one stood', async () => {
    await start();
    await subscribe({ id: 'moved', endpoint: `${url}/moved`, patient: 'e' });
    await active('moved');
    await practice.stop();
    for (const id of ['e1', 'e2']) await clinic.write(observation(id, 'e'));
    await start();
    await eventually(() => told_at('/moved')).toEqual([
      'handshake requested/0: ',
      'event-notification active/1: 1 Observation/e1',
      'event-notification active/2: 2 Observation/e2',
    ]);
    expect(await practice.store.find(TENANT, 'moved')).toMatchObject({ failures: 0 });
  });

  it('R4 criteria without a topic: a call without a body, or the resource put', async () => {
    await start();
    const criteria = 'Observation?subject=Patient/f';
    await subscribe({ id: 'bell', endpoint: `${url}/bell`, criteria, payload: null });
    await subscribe({ id: 'copy', endpoint: `${url}/copy`, criteria });
    await active('bell');
    await active('copy');
    await clinic.write(observation('f1', 'f'));
    await eventually(() => receiver.at('/copy/Observation/f1')).toHaveLength(1);
    await eventually(() => receiver.at('/bell')).toHaveLength(1);
    expect(receiver.at('/bell')[0]).toMatchObject({ method: 'POST', body: '' });
    const [copy] = receiver.at('/copy/Observation/f1');
    expect(copy?.method).toBe('PUT');
    expect(JSON.parse(copy?.body ?? '')).toEqual(observation('f1', 'f'));
  });

  it('beats while nothing happens, and stops at its end', async () => {
    await start();
    const asked = { id: 'heart', endpoint: `${url}/heart`, patient: 'g', heartbeat: 60 };
    await subscribe(asked);
    await eventually(() => told_at('/heart').slice(0, 3)).toEqual([
      'handshake requested/0: ',
      'heartbeat active/0: ',
      'heartbeat active/0: ',
    ]);
    await subscribe({ ...asked, end: '2020-01-01T00:00:00Z' });
    await eventually(() => clinic.statuses).toContain('heart off');
    expect(practice.book.get('1/heart')).toBeNull();
  });

  it('a websocket is bound by a token, gets what it missed, and ends with its subscription', async () => {
    await start();
    await subscribe({ id: 'socket', type: 'websocket', patient: 'h' });
    await active('socket');
    await clinic.write(observation('h1', 'h'));
    await eventually(async () => (await practice.store.find(TENANT, 'socket'))?.events).toBe(1);
    const sent: string[] = [];
    const socket = {
      send: (text: string) => sent.push(told(text)),
      close: (_code: number, reason: string) => sent.push(`closed: ${reason}`),
    };
    const { websockets, operations } = practice;
    const answer = await operations.bindingToken(OWNER, ['socket', 'one'], 'wss://here.example/ws');
    const token = String(answer.parameter[0]?.['valueString' as never]);
    expect(answer.parameter.filter((each) => each.name === 'subscription')).toHaveLength(1);
    await websockets.receive(socket, `bind-with-token ${token}`);
    expect(sent).toEqual(['handshake active/1: ', 'event-notification active/1: 1 Observation/h1']);
    await clinic.write(observation('h2', 'h'));
    await eventually(async () => (await practice.store.find(TENANT, 'socket'))?.events).toBe(2);
    await websockets.announced('1/socket');
    expect(sent.at(-1)).toBe('event-notification active/2: 2 Observation/h2');
    const whole = { from: 1, to: null };
    const name = { tenant: TENANT, id: 'socket' };
    await expect(
      operations.resend(name, whole, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'SUBSCRIPTION_NO_ENDPOINT' });
    await clinic.delete('Subscription/socket');
    await eventually(() => practice.store.find(TENANT, 'socket')).toBeNull();
    await websockets.sweep();
    expect(sent.at(-1)).toBe('closed: The subscription has ended.');
    await websockets.receive(socket, `bind-with-token ${token.slice(0, -1)}x`);
    expect(sent.at(-1)).toMatch(/^closed: Send bind-with-token/);
  });

  it('mails a note that says nothing, and wraps a message', async () => {
    await start();
    await subscribe({
      id: 'mail',
      type: 'email',
      endpoint: 'mailto:nurse@ward.example',
      patient: 'i',
      payload: 'text/plain',
    });
    await subscribe({
      id: 'fhir-message',
      type: 'message',
      endpoint: `${url}/engine`,
      patient: 'i',
    });
    await active('mail');
    await active('fhir-message');
    await clinic.write(observation('i1', 'i'));
    await eventually(() => mailbox.mails.length).toBeGreaterThan(1);
    expect(mailbox.mails[0]).toMatch(/^To: nurse@ward.example$/m);
    expect(mailbox.mails.join()).not.toContain('Observation');
    const path = '/engine/$process-message';
    await eventually(() => receiver.at(path).length).toBe(2);
    const message = JSON.parse(receiver.at(path)[1]?.body ?? '') as {
      type: string;
      entry: { resource: { resourceType: string } }[];
    };
    expect(message.type).toBe('message');
    expect(message.entry.map((each) => each.resource.resourceType)).toEqual([
      'MessageHeader',
      'Bundle',
    ]);
    expect(told(JSON.stringify(message.entry[1]?.resource))).toMatch(/1 Observation\/i1$/);
  });

  it('sends a range again when asked, beside what is under way', async () => {
    await start();
    await subscribe({ id: 'again', endpoint: `${url}/again`, patient: 'j', maxCount: 5 });
    await active('again');
    for (const id of ['j1', 'j2', 'j3']) await clinic.write(observation(id, 'j'));
    await eventually(async () => (await practice.store.find(TENANT, 'again'))?.taken).toBe(3);
    const name = { tenant: TENANT, id: 'again' };
    const { operations } = practice;
    const signal = new AbortController().signal;
    expect(await operations.resend(name, { from: 2, to: 3 }, signal)).toEqual({ kind: 'sent' });
    expect(told_at('/again').at(-1)).toBe(
      'event-notification active/3: 2 Observation/j2, 3 Observation/j3',
    );
    await expect(operations.resend(name, { from: 3, to: 2 }, signal)).rejects.toMatchObject({
      code: 'SUBSCRIPTION_RANGE_INVALID',
    });
    const { rows } = await db.pool.query<{ at: Date }>(
      `select occurred_at as at from holdfast.subscription_event
        where subscription = 'again' and number = 2`,
    );
    const at = rows[0]?.at ?? new Date(0);
    const only = { from: 1, to: null, since: at, until: at };
    expect(await operations.resend(name, only, signal)).toEqual({ kind: 'sent' });
    expect(told_at('/again').at(-1)).toMatch(/^event-notification active\/\d: 2 Observation\/j2/);
    const backwards = { ...only, until: new Date(at.getTime() - 1) };
    await expect(operations.resend(name, backwards, signal)).rejects.toMatchObject({
      code: 'SUBSCRIPTION_RANGE_INVALID',
    });
    await expect(
      operations.resend({ tenant: TENANT, id: 'nobody' }, { from: 1, to: 1 }, signal),
    ).rejects.toMatchObject({ code: 'SUBSCRIPTION_UNKNOWN' });
  });

  it('says what it will not do, element by element', async () => {
    await start();
    const refused = async (asked: Asked) => {
      const found = await practice.operations.accept(TENANT, subscription(asked));
      return found.ok ? [] : found.error.map((each) => each.expression);
    };
    const id = 'bad';
    const endpoint = 'https://receiver.example';
    expect(await refused({ id, endpoint, criteria: 'http://nobody/topic' })).toEqual([
      'Subscription.criteria',
    ]);
    expect(await refused({ id, endpoint: 'https://10.0.0.1/' })).toEqual([
      'Subscription.channel.endpoint',
    ]);
    expect(await refused({ id, endpoint, type: 'sms' })).toEqual(['Subscription.channel.type']);
    expect(await refused({ id, endpoint, payload: 'application/fhir+xml' })).toEqual([
      'Subscription.channel.payload',
    ]);
    expect(await refused({ id, endpoint, content: 'everything' })).toEqual([
      'Subscription.channel.payload.extension',
    ]);
    expect(
      await refused({
        id,
        type: 'email',
        endpoint: 'mailto:a@b.example',
        content: 'full-resource',
      }),
    ).toEqual(['Subscription.channel.payload.extension']);
    expect(await refused({ id, endpoint, criteria: 'Observation?subject:Patient.name=x' })).toEqual(
      ['Subscription.criteria'],
    );
  });
});

function firstOf(searchset: string): string {
  const { entry } = JSON.parse(searchset) as { entry: { resource: unknown }[] };
  return JSON.stringify({ entry });
}
