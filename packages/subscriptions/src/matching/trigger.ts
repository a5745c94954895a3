import type { Interaction } from '@holdfast/events';
import fhirpath, { type Model } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import type { SubscriptionModel, Trigger } from '../model/subscription.ts';
import { type Indexed, meetsCriteria } from './meets-criteria.ts';

/** A change as a subscription sees it. */
export interface ObservedChange {
  readonly interaction: Interaction;
  readonly type: string;
  /** Null where there was no version before. */
  readonly previous: Indexed | null;
  /** Null where the resource was deleted. */
  readonly current: Indexed | null;
}

/** Whether the change is one the subscription asked for, consent aside. */
export function isTriggered(subscription: SubscriptionModel, change: ObservedChange): boolean {
  return subscription.triggers.some(
    (trigger) => fires(trigger, change) && passesFilters(subscription, change),
  );
}

/** Filters apply to what there is: to the last version of what was deleted. */
function passesFilters({ filters }: SubscriptionModel, change: ObservedChange): boolean {
  const seen = change.current ?? change.previous;
  return filters.every(
    ({ type, criteria }) =>
      (type !== null && type !== change.type) || (seen !== null && meetsCriteria(seen, criteria)),
  );
}

function fires(trigger: Trigger, change: ObservedChange): boolean {
  return (
    trigger.type === change.type &&
    trigger.interactions.has(change.interaction) &&
    meetsQuery(trigger, change) &&
    (trigger.fhirPath === null || meetsFhirPath(trigger.fhirPath, change))
  );
}

function meetsQuery(trigger: Trigger, { previous, current }: ObservedChange): boolean {
  const tests: boolean[] = [];
  if (trigger.previous !== null) {
    tests.push(
      previous === null ? trigger.resultForCreate : meetsCriteria(previous, trigger.previous),
    );
  }
  if (trigger.current !== null) {
    tests.push(
      current === null ? trigger.resultForDelete : meetsCriteria(current, trigger.current),
    );
  }
  if (tests.length === 0) return true;
  return trigger.requireBoth ? tests.every(Boolean) : tests.some(Boolean);
}

type Compiled = (resource: object, environment: object) => unknown;
const compiled = new Map<string, Compiled>();

/** An expression that cannot be evaluated on this resource does not hold. */
function meetsFhirPath(expression: string, { previous, current }: ObservedChange): boolean {
  let run = compiled.get(expression);
  if (run === undefined) {
    run = fhirpath.compile(expression, r4 as Model, { async: false }) as Compiled; // without `async` it returns a list
    compiled.set(expression, run);
  }
  try {
    const environment = { previous: previous?.resource ?? [], current: current?.resource ?? [] };
    const answer = run(current?.resource ?? previous?.resource ?? {}, environment);
    return Array.isArray(answer) && answer.length === 1 && answer[0] === true;
  } catch {
    return false;
  }
}
