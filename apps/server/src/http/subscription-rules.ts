import type { Issue } from '@holdfast/fhir';
import type { Identified, WriteIntent } from '@holdfast/store';
import type { SubscriptionOperations, SubscriptionProblem } from '@holdfast/subscriptions';
import type { Audited } from '../audit-trail.ts';
import { subscriberOf } from '../workers/subscription-records.ts';
import { invalid } from './fhir-exchange.ts';
import type { WriteRules } from './write-rules.ts';

/** Subscriptions and topics must be ones this server carries out, and belong to who writes them. */
export function subscriptionRules(operations: SubscriptionOperations): WriteRules {
  return {
    async check(intents, who) {
      for (const resource of intents.flatMap(resourcesOf)) {
        const { tenant } = who.actor;
        const accepted =
          resource.resourceType === 'Subscription'
            ? await operations.accept(tenant, resource)
            : operations.acceptTopic(resource);
        if (!accepted.ok) throw invalid(422, accepted.error.map(issueOf));
      }
      const ids = intents.flatMap(subscriptionIdOf);
      if (ids.length > 0) await operations.noteWriter(writerOf(who), ids);
    },
  };
}

function writerOf({ actor, requestId }: Audited) {
  const { tenant, principal } = actor;
  return { tenant, requestId, principal, actor: subscriberOf(actor) };
}

function resourcesOf(intent: WriteIntent): Identified[] {
  return 'resource' in intent ? [intent.resource] : [];
}

function subscriptionIdOf(intent: WriteIntent): string[] {
  if ('resource' in intent) {
    return intent.resource.resourceType === 'Subscription' ? [intent.resource.id] : [];
  }
  return 'type' in intent && intent.type === 'Subscription' ? [intent.id] : [];
}

function issueOf({ expression, diagnostics }: SubscriptionProblem): Issue {
  return { severity: 'error', code: 'not-supported', diagnostics, expression };
}
