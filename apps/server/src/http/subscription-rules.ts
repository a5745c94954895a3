import type { Issue } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import {
  type Content,
  conditionOf,
  type Identified,
  read,
  type WriteIntent,
} from '@holdfast/store';
import {
  type SubscriptionOperations,
  type SubscriptionProblem,
  subscriptionFault,
} from '@holdfast/subscriptions';
import type { Pool } from 'pg';
import type { Audited } from '../audit-trail.ts';
import { OPEN, subscriberOf } from '../workers/subscription-records.ts';
import { invalid } from './fhir-exchange.ts';
import type { WriteRules } from './write-rules.ts';

/** Subscriptions and topics must be ones this server carries out, and belong to who writes them. */
export function subscriptionRules(operations: SubscriptionOperations, pool: Pool): WriteRules {
  return {
    async check(intents, who) {
      const { tenant } = who.actor;
      const conditional = intents.find(isConditional);
      if (conditional !== undefined) {
        const { at } = conditional;
        const where = at === undefined ? {} : { expression: [at] };
        throw subscriptionFault('SUBSCRIPTION_CONDITIONAL', where);
      }
      const ids = intents.flatMap(subscriptionIdOf);
      const patches = await Promise.all(intents.map((intent) => patchOf(pool, tenant, intent)));
      // Before any edit runs: what a patch makes of a resource tells what is in it. Whose it is was
      // committed with what was just read.
      if (ids.length > 0) await operations.noteWriter(writerOf(who), ids);
      const patched = patches.flat().map((patch) => patch().resource);
      for (const resource of [...intents.flatMap(resourcesOf), ...patched]) {
        const accepted =
          resource.resourceType === 'Subscription'
            ? await operations.accept(tenant, resource)
            : operations.acceptTopic(resource);
        if (!accepted.ok) throw invalid(422, accepted.error.map(issueOf));
      }
    },
    edited(resource) {
      const accepted = operations.acceptTopic(resource);
      if (!accepted.ok) throw invalid(422, accepted.error.map(issueOf));
    },
  };
}

/** A condition is settled among all that is stored, and a Subscription is its own subscriber's only. */
function isConditional(intent: WriteIntent): boolean {
  return conditionOf(intent)?.types.includes('Subscription') ?? false;
}

/**
 * What a patch is about to make of a Subscription as it stands.
 *
 * @throws Fault SUBSCRIPTION_UNKNOWN where there is none: one that comes in between is not looked at
 */
async function patchOf(
  pool: Pool,
  tenant: TenantId,
  intent: WriteIntent,
): Promise<(() => Content)[]> {
  if (intent.kind !== 'patch' || intent.type !== 'Subscription') return [];
  const outcome = await read(pool, OPEN, { tenant, type: intent.type, id: intent.id });
  if (outcome.kind === 'absent') throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
  const { content } = outcome.version;
  return content === null ? [] : [() => intent.edit(content)];
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
