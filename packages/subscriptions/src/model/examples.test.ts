// Goal: the guide's examples and ours say the same. Method: read theirs, and make theirs again.

import { extractIndexEntries, type Resource, validateResource } from '@holdfast/fhir';
import { describe, expect, it } from 'vitest';
import { isTriggered, type ObservedChange } from '../matching/trigger.ts';
import { type NotificationParts, notificationBundle } from '../notification/notification-bundle.ts';
import type { StatusFacts } from '../notification/status-parameters.ts';
import { backportExamples, hasExamples } from '../testing/examples.ts';
import { parseSubscription } from './parse-subscription.ts';
import { parseTopic } from './parse-topic.ts';
import type { Topic } from './topic.ts';

const ADMISSION: Topic = {
  url: 'http://hl7.org/SubscriptionTopic/admission',
  triggers: (['Encounter', 'Observation'] as const).map((type) => ({
    type,
    interactions: new Set(['create'] as const),
    previous: null,
    current: null,
    resultForCreate: true,
    resultForDelete: true,
    requireBoth: false,
    fhirPath: null,
  })),
  canFilterBy: [{ type: null, param: 'subject' }],
  includes: [],
  ignored: [],
};

const context = {
  topics: new Map([[ADMISSION.url, ADMISSION]]),
  base: 'https://example.org/fhir/',
  endpoints: { trustedHosts: new Set<string>() },
};

const required = process.env['CI'] !== undefined;

describe.skipIf(!hasExamples && !required)('the examples of the Backport guide', () => {
  const examples = hasExamples ? backportExamples() : new Map<string, never>();
  const example = (name: string): Resource & { readonly id: string } => {
    const found = examples.get(name);
    if (found === undefined) throw new Error(`${name} is not among the examples`);
    return found;
  };

  it('all are valid to what validates ours', () => {
    const kinds = new Set(['Basic', 'Bundle', 'Parameters', 'Subscription']);
    const theirs = [...examples.values()].filter(({ resourceType }) => kinds.has(resourceType));
    expect(theirs).toHaveLength(16);
    const found = theirs.flatMap((each) =>
      validateResource(each).map(({ expression }) => `${each.id}: ${expression}`),
    );
    expect(found).toEqual([]);
  });

  it.each(['subscription-admission', 'subscription-multi-resource'])('%s is accepted', (id) => {
    const parsed = parseSubscription(example(`Subscription/${id}`), context);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        topic: ADMISSION.url,
        content: 'id-only',
        maxCount: 20,
        heartbeatSeconds: 86_400,
        timeoutMs: 60_000,
        endsAt: Date.parse('2020-12-31T12:00:00Z'),
        channel: { type: 'rest-hook', payload: 'application/fhir+json' },
        filters: [{ criteria: [{ kind: 'reference' }] }],
      },
    });
  });

  it('a channel of its own (Zulip) is refused by name', () => {
    const parsed = parseSubscription(example('Subscription/subscription-zulip'), context);
    expect(parsed).toMatchObject({
      ok: false,
      error: [{ expression: 'Subscription.channel.type' }],
    });
  });

  it('the topic of completed encounters fires when an encounter becomes finished, once', () => {
    const topic = parseTopic(example('Basic/r4-encounter-complete'));
    if (!topic.ok) throw new Error(JSON.stringify(topic.error));
    expect(topic.value.url).toMatch(/r4-encounter-complete$/);
    expect(topic.value.canFilterBy).toContainEqual({ type: 'Encounter', param: 'subject' });
    expect(topic.value.includes).toContainEqual({ type: 'Encounter', param: 'patient' });
    const subscription = parseSubscription(
      {
        ...example('Subscription/subscription-admission'),
        criteria: topic.value.url,
      },
      { ...context, topics: new Map([[topic.value.url, topic.value]]) },
    );
    if (!subscription.ok) throw new Error(JSON.stringify(subscription.error));
    const encounter = (status: string, patient = '123') => {
      const resource = {
        resourceType: 'Encounter',
        id: 'e',
        status,
        class: { code: 'AMB' },
        subject: { reference: `Patient/${patient}` },
      } as unknown as Resource & { readonly id: string };
      return { resource, entries: extractIndexEntries(resource), updatedMs: 0 };
    };
    const fires = (change: Omit<ObservedChange, 'type'>) =>
      isTriggered(subscription.value, { ...change, type: 'Encounter' });
    const [planned, finished] = [encounter('planned'), encounter('finished')];
    expect(fires({ interaction: 'create', previous: null, current: finished })).toBe(true);
    expect(fires({ interaction: 'update', previous: planned, current: finished })).toBe(true);
    expect(fires({ interaction: 'update', previous: finished, current: finished })).toBe(false);
    expect(fires({ interaction: 'update', previous: planned, current: planned })).toBe(false);
    expect(fires({ interaction: 'delete', previous: finished, current: null })).toBe(false);
    const other = encounter('finished', '124');
    expect(fires({ interaction: 'create', previous: null, current: other })).toBe(false);
  });

  const at = new Date('2020-05-29T16:44:13.188Z');
  const ENCOUNTER = 'https://example.org/fhir/Encounter/86009987-eabe-42bf-8c02-b112b18cb616';
  const PATIENT = 'https://example.org/fhir/Patient/1599eb66-431a-447c-a3de-6897fe9ae9a1';
  const status: StatusFacts = {
    subscription: 'https://example.org/fhir/Subscription/admission',
    topic: ADMISSION.url,
    status: 'active',
    type: 'event-notification',
    eventsSinceStart: 2,
    events: [{ number: 2, at, focus: ENCOUNTER, context: [] }],
    error: null,
    content: 'id-only',
  };
  const encounterEntry = {
    url: ENCOUNTER,
    name: 'Encounter/86009987-eabe-42bf-8c02-b112b18cb616',
    interaction: 'create' as const,
  };
  const cases: [name: string, parts: Pick<NotificationParts, 'status' | 'resources'>][] = [
    ['empty', { status: { ...status, content: 'empty' }, resources: [] }],
    ['id-only', { status, resources: [{ ...encounterEntry, text: '{}' }] }],
    [
      'handshake',
      {
        status: {
          ...status,
          status: 'requested',
          type: 'handshake',
          eventsSinceStart: 0,
          events: [],
        },
        resources: [],
      },
    ],
    ['heartbeat', { status: { ...status, type: 'heartbeat', events: [] }, resources: [] }],
    [
      'error',
      {
        status: {
          ...status,
          status: 'error',
          type: 'query-status',
          eventsSinceStart: 3,
          events: [],
          error: 'no-response',
        },
        resources: [],
      },
    ],
    [
      'full-resource',
      {
        status: { ...status, content: 'full-resource' },
        resources: [{ ...encounterEntry, text: 'RESOURCE' }],
      },
    ],
    [
      'multi-resource',
      {
        status: {
          ...status,
          content: 'full-resource',
          events: [{ number: 2, at, focus: ENCOUNTER, context: [PATIENT] }],
        },
        resources: [{ ...encounterEntry, text: 'RESOURCE' }],
      },
    ],
  ];

  it.each(cases)('our %s notification says what theirs says', (name, parts) => {
    const theirs = example(`Bundle/r4-notification-${name}`) as unknown as TheirBundle;
    const given = theirs.entry[0]?.resource;
    const focus = theirs.entry[1]?.resource;
    const resources = parts.resources.map((each) => ({
      ...each,
      text: each.text === 'RESOURCE' ? JSON.stringify(focus) : each.text,
    }));
    const text = notificationBundle({ id: String(given?.id), at, ...parts, resources });
    const ours = JSON.parse(text) as TheirBundle & Resource;
    expect(validateResource(ours)).toEqual([]);
    expect(ours.entry[0]?.fullUrl).toBe(theirs.entry[0]?.fullUrl);
    expect(plain(ours.entry[0])).toEqual(plainWithoutTopic(theirs.entry[0], name));
    // With ids only, theirs leaves out the entry that may stand there; ours names the interaction.
    if (name === 'id-only') expect(ours.entry[1]).not.toHaveProperty('resource');
    else expect(plain(ours.entry[1])).toEqual(plain(theirs.entry[1]));
    for (const { request, response } of ours.entry)
      expect([request, response]).not.toContain(undefined);
  });

  /** Their instants have a zone and more digits than JSON's own dates; the type stands at the end. */
  function plain(entry: unknown): unknown {
    const text = JSON.stringify(entry ?? null);
    return JSON.parse(text.replaceAll('2020-05-29T11:44:13.1882432-05:00', at.toISOString()));
  }

  /** The guide's text says the topic should not be told in an empty notification; its example does. */
  function plainWithoutTopic(entry: unknown, name: string): unknown {
    const copy = plain(entry) as { resource: { parameter: { name: string }[] } };
    if (name === 'empty') {
      copy.resource.parameter = copy.resource.parameter.filter((each) => each.name !== 'topic');
    }
    return copy;
  }
});

interface TheirBundle {
  readonly entry: readonly {
    readonly fullUrl: string;
    readonly resource?: Resource & { readonly id: string };
    readonly request: unknown;
    readonly response: unknown;
  }[];
}
