import { Fault } from '@holdfast/kernel';
import { Withheld, type WriteContext, type WriteIntent, type WriteOutcome } from '@holdfast/store';
import type { Audited } from '../audit-trail.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { actorForWrites } from './scoped-actor.ts';

/** Whose write it is, what it may find and touch, and the records that commit with it. */
export function writeContext(
  { gates, audit, rules, pool }: FhirRoutesOptions,
  who: Audited,
  intents: readonly WriteIntent[],
): WriteContext {
  return {
    connections: pool,
    gates: gates.gateSource(actorForWrites(who.actor, intents), 'write'),
    finds: gates.gateSource(who.actor, 'read'),
    actor: who.actor.principal,
    requestId: who.requestId,
    audit: audit.forWrite(who),
    check: (checked) => rules.check(checked, who),
    edited: (resource) => rules.edited(resource),
  };
}

export interface AskedWrite {
  readonly intents: readonly WriteIntent[];
  readonly context?: Pick<WriteContext, 'searched' | 'finish'>;
}

/**
 * Writes. What was written carries its records itself; whose data a refusal withheld is noted for the
 * record that every refusal leaves (`registerRefusalAudit`).
 */
export async function auditedWrite(
  options: FhirRoutesOptions,
  who: Audited,
  { intents, context }: AskedWrite,
): Promise<readonly WriteOutcome[]> {
  try {
    return await options.repository.write(intents, {
      ...writeContext(options, who, intents),
      ...context,
    });
  } catch (error) {
    if (error instanceof Fault && error.detail.cause instanceof Withheld) {
      options.audit.withheld(who, error.detail.cause.facts);
    }
    throw error;
  }
}
