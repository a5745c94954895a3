import type { Interaction } from '@holdfast/events';
import {
  isJsonObject,
  isResourceType,
  type JsonObject,
  type Resource,
  type ResourceType,
} from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import type { EndpointPolicy } from '../delivery/endpoint-guard.ts';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import { extensionsOf, extensionText, extensionValue, textOf } from './extension.ts';
import { parseChannel } from './parse-channel.ts';
import { criteriaOf } from './parse-topic.ts';
import type {
  ContentLevel,
  SubscriptionModel,
  SubscriptionProblem,
  SubscriptionStatus,
  Trigger,
} from './subscription.ts';
import type { Topic } from './topic.ts';

export interface ParseContext {
  readonly topics: ReadonlyMap<string, Topic>;
  /** This server's FHIR base ending in `/`. */
  readonly base: string;
  readonly endpoints: EndpointPolicy;
}

const LEVELS: readonly string[] = ['empty', 'id-only', 'full-resource'] satisfies ContentLevel[];
const STATUSES: readonly string[] = [
  'requested',
  'active',
  'error',
  'off',
] satisfies SubscriptionStatus[];
const BOTH: ReadonlySet<Interaction> = new Set(['create', 'update']);

/**
 * Reads an R4 Subscription: `criteria` is the canonical of a known topic (Backport 1.1), or a search
 * as R4 has it. Refuses what would not be carried out.
 */
export function parseSubscription(
  resource: Resource & { readonly id: string },
  context: ParseContext,
): Result<SubscriptionModel, readonly SubscriptionProblem[]> {
  const problems: SubscriptionProblem[] = [];
  const channel = isJsonObject(resource['channel']) ? resource['channel'] : {};
  const criteria = textOf(resource['criteria']);
  const status = textOf(resource['status']);
  if (!STATUSES.includes(status)) {
    problems.push({ expression: 'Subscription.status', diagnostics: 'The status is not known.' });
  }
  const topical = /^[a-z][a-z0-9+.-]*:/i.test(criteria);
  const what = topical
    ? topicOf(resource, context, problems)
    : classicOf(criteria, context, problems);
  const wire = parseChannel(channel, { topical, endpoints: context.endpoints }, problems);
  if (what === null || wire === null || problems.length > 0) return err(problems);
  return ok({
    id: resource.id,
    ...what,
    channel: wire,
    content: contentOf(channel, wire.payload, topical),
    ...paceOf(channel),
    endsAt: instantOf(resource['end']),
    status: status as SubscriptionStatus, // membership was checked above
  });
}

type What = Pick<SubscriptionModel, 'topic' | 'triggers' | 'filters' | 'includes'>;

function classicOf(
  text: string,
  { base }: ParseContext,
  problems: SubscriptionProblem[],
): What | null {
  const [type = '', query = ''] = text.split(/\?(.*)/s, 2);
  const expression = 'Subscription.criteria';
  if (!isResourceType(type)) {
    problems.push({ expression, diagnostics: 'The criteria name no resource type of R4.' });
    return null;
  }
  const criteria = criteriaOf(type, query, base);
  if (!criteria.ok) {
    problems.push({ expression, diagnostics: criteria.error });
    return null;
  }
  const trigger: Trigger = {
    type,
    interactions: BOTH,
    previous: null,
    current: criteria.value,
    resultForCreate: true,
    resultForDelete: false,
    requireBoth: false,
    fhirPath: null,
  };
  return { topic: null, triggers: [trigger], filters: [], includes: [] };
}

function topicOf(
  resource: Resource,
  { topics, base }: ParseContext,
  problems: SubscriptionProblem[],
): What | null {
  const topic = topics.get(textOf(resource['criteria']).split('|')[0] ?? '');
  if (topic === undefined) {
    problems.push({
      expression: 'Subscription.criteria',
      diagnostics: 'This server knows no such topic.',
    });
    return null;
  }
  const written = extensionsOf(resource['_criteria'], 'backport-filter-criteria');
  const filters = written.flatMap((each) => {
    const filter = filterOf(textOf(each['valueString']), topic, base);
    if (filter.ok) return [filter.value];
    problems.push({ expression: 'Subscription.criteria.extension', diagnostics: filter.error });
    return [];
  });
  if (written.length > SUBSCRIPTION_LIMITS.criteria) {
    problems.push({
      expression: 'Subscription.criteria.extension',
      diagnostics: `At most ${SUBSCRIPTION_LIMITS.criteria} filters.`,
    });
  }
  return { topic: topic.url, triggers: topic.triggers, filters, includes: topic.includes };
}

/** `param=value`, `Type.param=value` or `Type?param=value`: the guide's text and examples have all. */
function filterOf(
  text: string,
  topic: Topic,
  base: string,
): Result<SubscriptionModel['filters'][number], string> {
  const match = /^(?:([A-Z]\w+)[.?])?([^=]+=.*)$/s.exec(text);
  const [, named, query] = match ?? [];
  if (query === undefined) return err('A filter is written param=value.');
  const type = named === undefined ? null : named;
  if (type !== null && !isResourceType(type)) return err(`${type} is no resource type of R4.`);
  const types = type === null ? [...new Set(topic.triggers.map((each) => each.type))] : [type];
  for (const param of new URLSearchParams(query).keys()) {
    const bare = param.split(/[:.]/)[0] ?? '';
    if (!types.every((each) => allows(topic, each, bare))) {
      return err(`The topic does not let subscribers filter by ${bare}.`);
    }
  }
  const [first] = types;
  if (first === undefined) return err('The topic has no trigger to filter.');
  const criteria = criteriaOf(first, query, base);
  if (!criteria.ok) return criteria;
  return ok({ type, criteria: criteria.value });
}

/** `patient` may stand for `subject` and the other way round: both name the patient. */
function allows({ canFilterBy, triggers }: Topic, type: ResourceType, param: string): boolean {
  if (!triggers.some((each) => each.type === type)) return false;
  const same = param === 'patient' ? 'subject' : param === 'subject' ? 'patient' : param;
  return canFilterBy.some(
    (each) =>
      (each.type === null || each.type === type) && (each.param === param || each.param === same),
  );
}

function contentOf(channel: JsonObject, payload: string | null, topical: boolean): ContentLevel {
  const stated = extensionText(channel['_payload'], 'backport-payload-content') ?? '';
  if (topical) return LEVELS.includes(stated) ? (stated as ContentLevel) : 'id-only'; // membership was checked
  return payload === null ? 'empty' : 'full-resource';
}

function paceOf(
  channel: JsonObject,
): Pick<SubscriptionModel, 'maxCount' | 'heartbeatSeconds' | 'timeoutMs'> {
  const { maxCount, heartbeatSeconds, timeoutMs, timeoutMaxMs } = SUBSCRIPTION_LIMITS;
  const count = numberOf(channel, 'backport-max-count');
  const beat = numberOf(channel, 'backport-heartbeat-period');
  const timeout = numberOf(channel, 'backport-timeout');
  return {
    maxCount: count === null ? 1 : Math.min(Math.max(1, count), maxCount),
    heartbeatSeconds: beat === null || beat === 0 ? null : Math.max(beat, heartbeatSeconds),
    timeoutMs:
      timeout === null || timeout === 0 ? timeoutMs : Math.min(timeout * 1_000, timeoutMaxMs),
  };
}

function numberOf(channel: JsonObject, name: string): number | null {
  const value = extensionValue(channel, name);
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}

function instantOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
