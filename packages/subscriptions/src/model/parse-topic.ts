import type { Interaction } from '@holdfast/events';
import {
  type Criterion,
  isJsonObject,
  isResourceType,
  type JsonObject,
  type JsonValue,
  parseSearch,
  type Resource,
  type ResourceType,
  searchParametersOf,
} from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import fhirpath from 'fhirpath';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import { unanswerable } from '../matching/meets-criteria.ts';
import { extensionsOf, extensionText, extensionValue, textOf } from './extension.ts';
import type { SubscriptionProblem, Trigger } from './subscription.ts';
import type { Topic } from './topic.ts';

const INTERACTIONS: readonly Interaction[] = ['create', 'update', 'delete'];

/** Whether the resource is a topic in R4's clothes (Backport 1.2, components.md). */
export function isTopicResource(resource: Resource): boolean {
  if (resource.resourceType !== 'Basic') return false;
  const code = resource['code'];
  const codings = isJsonObject(code) && Array.isArray(code['coding']) ? code['coding'] : [];
  return codings.some((each) => isJsonObject(each) && each['code'] === 'SubscriptionTopic');
}

/**
 * Reads a topic from its `Basic` form. What cannot be carried out of its triggers refuses it: a
 * topic that fires at other times than it says is worse than none.
 */
export function parseTopic(basic: Resource): Result<Topic, readonly SubscriptionProblem[]> {
  const problems: SubscriptionProblem[] = [];
  const url = extensionText(basic, 'url');
  if (url === null) problems.push(problem('Basic.extension', 'The topic has no url.'));
  const written = extensionsOf(basic, 'resourceTrigger');
  if (written.length === 0) {
    problems.push(problem('Basic.extension', 'The topic has no resourceTrigger.'));
  }
  if (written.length > SUBSCRIPTION_LIMITS.triggers) {
    const most = SUBSCRIPTION_LIMITS.triggers;
    problems.push(problem('Basic.extension', `A topic has at most ${most} triggers.`));
  }
  const triggers = written.flatMap((each) => parseTrigger(each, problems) ?? []);
  if (problems.length > 0 || url === null) return err(problems);
  const shape = shapeOf(basic);
  return ok({ url, triggers, canFilterBy: filtersOf(basic), ...shape });
}

function problem(expression: string, diagnostics: string): SubscriptionProblem {
  return { expression, diagnostics };
}

function typeOf(value: JsonValue | undefined): ResourceType | null {
  const name = typeof value === 'string' ? (value.split('/').at(-1) ?? '') : '';
  return isResourceType(name) ? name : null;
}

function parseTrigger(written: JsonObject, problems: SubscriptionProblem[]): Trigger | null {
  const at = 'Basic.extension.resourceTrigger';
  const type = typeOf(extensionValue(written, 'resource'));
  if (type === null) {
    problems.push(problem(at, 'A trigger names no resource type of R4.'));
    return null;
  }
  const stated = extensionsOf(written, 'supportedInteraction').map((each) => each['valueCode']);
  const interactions = INTERACTIONS.filter((each) => stated.length === 0 || stated.includes(each));
  const [query] = extensionsOf(written, 'queryCriteria');
  const criteria = (name: string): readonly Criterion[] | null => {
    const text = extensionText(query, name);
    if (text === null) return null;
    const parsed = criteriaOf(type, text);
    if (parsed.ok) return parsed.value;
    problems.push(problem(`${at}.queryCriteria.${name}`, parsed.error));
    return null;
  };
  const fhirPath = extensionText(written, 'fhirPathCriteria');
  if (fhirPath !== null) {
    const wrong = badFhirPath(fhirPath);
    if (wrong !== null) problems.push(problem(`${at}.fhirPathCriteria`, wrong));
  }
  return {
    type,
    interactions: new Set(interactions),
    previous: criteria('previous'),
    current: criteria('current'),
    resultForCreate: extensionText(query, 'resultForCreate') !== 'test-fails',
    resultForDelete: extensionText(query, 'resultForDelete') !== 'test-fails',
    requireBoth: extensionValue(query, 'requireBoth') === true,
    fhirPath,
  };
}

/**
 * Criteria as conditions on one resource alone: what needs others, or more than the resource, is
 * refused.
 */
export function criteriaOf(
  type: ResourceType,
  query: string,
  base?: string,
): Result<readonly Criterion[], string> {
  const parsed = parseSearch(type, query, base === undefined ? {} : { base });
  if (!parsed.ok) return err(parsed.error.map((each) => each.diagnostics).join(' '));
  const { criteria, unknown } = parsed.value;
  if (unknown.length > 0) return err(`${type} has no search parameter ${unknown.join(', ')}.`);
  if (criteria.length > SUBSCRIPTION_LIMITS.criteria) {
    return err(`At most ${SUBSCRIPTION_LIMITS.criteria} criteria.`);
  }
  const beyond = criteria.find(unanswerable);
  if (beyond !== undefined) {
    const what = 'param' in beyond ? beyond.param : beyond.kind;
    return err(`${what} cannot be decided from the resource alone.`);
  }
  return ok(criteria);
}

function badFhirPath(expression: string): string | null {
  const most = SUBSCRIPTION_LIMITS.fhirPathCharacters;
  if (expression.length > most) return `An expression has at most ${most} characters.`;
  try {
    fhirpath.parse(expression);
    return null;
  } catch {
    return 'The FHIRPath expression cannot be parsed.';
  }
}

function filtersOf(basic: Resource): Topic['canFilterBy'] {
  return extensionsOf(basic, 'canFilterBy').flatMap((each) => {
    const param = extensionText(each, 'filterParameter');
    if (param === null) return [];
    return [{ type: typeOf(extensionValue(each, 'resource')), param }];
  });
}

/** Includes of one step; `iterate` and `revInclude` would need searches and are left out. */
function shapeOf(basic: Resource): Pick<Topic, 'includes' | 'ignored'> {
  const includes: { type: ResourceType; param: string }[] = [];
  const ignored: string[] = [];
  for (const shape of extensionsOf(basic, 'notificationShape')) {
    const texts = extensionsOf(shape, 'include').map((each) => textOf(each['valueString']));
    for (const text of texts) {
      const [name, param = ''] = (text.split('&')[0] ?? '').split(':');
      const type = typeOf(name);
      if (type !== null && searchParametersOf(type).get(param)?.kind === 'reference') {
        includes.push({ type, param });
      } else ignored.push(text);
      if (text.includes('&')) ignored.push(text);
    }
    ignored.push(...extensionsOf(shape, 'revInclude').map((each) => textOf(each['valueString'])));
  }
  return { includes, ignored };
}
